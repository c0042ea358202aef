/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/problem.h"
#include "e2ee/content.h"

/* A file that belongs to a message, and how far it is on its way. */
typedef enum AttachmentTransfer {
        TRANSFER_PREPARING,   /* outgoing: it is being encrypted */
        TRANSFER_UPLOADING,   /* outgoing: its message leaves when the server has all of it */
        TRANSFER_ARRIVED,     /* incoming: whether it is fetched by itself is not decided yet */
        TRANSFER_OFFERED,     /* incoming: it is fetched when somebody asks for it */
        TRANSFER_DOWNLOADING, /* incoming */
        TRANSFER_COMPLETE,    /* it is here, and verified */
        TRANSFER_GONE,        /* the server has it no more; or it never came to be one */
        TRANSFER_DAMAGED,     /* what the server has is not what the sender said */
} AttachmentTransfer;

enum { ATTACHMENT_FILE_SIZE = 2 * 16 + 1 };

typedef struct Attachment {
        uint64_t message; /* its number */
        bool owns_blob; /* we have put it on the server */
        char file[ATTACHMENT_FILE_SIZE]; /* in the folder of attachments: a random name, in hexadecimal */
        ContentAttachment content;       /* name is a clean one; thumbnail as its reader says */
        AttachmentTransfer transfer;
        Problem problem; /* what ended the last attempt, or PROBLEM_NONE */
} Attachment;

void attachment_deinit(Attachment *attachment); /* wipes the key, frees the thumbnail */

/* The names of the bus and of the store. */
const char *attachment_transfer_name(AttachmentTransfer transfer);
bool attachment_transfer_from_name(const char *name, AttachmentTransfer *out);

void attachment_new_file_name(char out[static ATTACHMENT_FILE_SIZE]);
bool attachment_is_file_name(const char *name);

/*
 * A name that harms nobody: the last part of a path, without control characters and without characters that nobody sees or
 * that change the direction of text (joiners stay: Persian names need them), without dots and spaces at its beginning,
 * or spaces at its end; "file" if nothing is left. Of a long name the end stays, which says what it is.
 */
void attachment_clean_name(const char *name, char out[static CONTENT_FILE_NAME_MAX + 1]);
/* "image/png"; "application/octet-stream" for what is none. */
void attachment_clean_media_type(const char *type, char out[static CONTENT_MEDIA_TYPE_MAX + 1]);
