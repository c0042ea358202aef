/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment.h"
#include "daemon/store.h"

/*
 * What belongs to messages of the kind MESSAGE_ATTACHMENT. With a message goes its attachment; what the attachment has in
 * the folder and on the server is noted as garbage by a trigger, in the same transaction, and cleared away after it
 * (daemon/attachments.h).
 */
enum { STORE_ATTACHMENT_NONE = 1 };

int store_attachment_insert(Store *store, const Attachment *attachment);
/* Without the thumbnail: thumbnail_size says whether there is one. 0 or STORE_ATTACHMENT_NONE. */
int store_attachment_get(Store *store, uint64_t message, Attachment *out);
/* The first of a transfer, by number of the message. */
int store_attachment_first(Store *store, AttachmentTransfer transfer, Attachment *out);
int store_attachment_count(Store *store, AttachmentTransfer transfer, uint64_t *out);
/* malloc()ed. 0 or STORE_ATTACHMENT_NONE. */
int store_attachment_thumbnail(Store *store, uint64_t message, uint8_t **out, size_t *size_out);

int store_attachment_set_transfer(Store *store, uint64_t message, AttachmentTransfer transfer, Problem problem);
/* It is encrypted: hash, thumbnail, width and height of content are known. */
int store_attachment_set_sealed(Store *store, uint64_t message, const ContentAttachment *content);
int store_attachment_set_blob_id(Store *store, uint64_t message, const uint8_t id[static CONTENT_BLOB_ID_SIZE]);

/* The message stays, or is on its way out: the attachment goes. Does nothing where there is none. */
int store_attachment_remove(Store *store, uint64_t message);

/* Its blob on the server is still for somebody: it goes with the server's retention, not with the attachment. */
int store_attachment_leave_blob(Store *store, uint64_t message);
/* The attachment stays, to say what became of it; what it has in the folder and on the server goes, as garbage. */
int store_attachment_discard(Store *store, uint64_t message);

/* Whether a file in the folder belongs to an attachment. */
int store_attachment_has_file(Store *store, const char *file, bool *out);

typedef struct AttachmentGarbage {
        char file[ATTACHMENT_FILE_SIZE];
        bool has_blob; /* we have put it on the server: it is to go there too */
        uint8_t blob_id[CONTENT_BLOB_ID_SIZE];
} AttachmentGarbage;

/* after: the file of the one before, or "". 0 or STORE_ATTACHMENT_NONE. */
int store_attachment_next_garbage(Store *store, const char *after, AttachmentGarbage *out);
int store_attachment_forget_garbage(Store *store, const char *file);
