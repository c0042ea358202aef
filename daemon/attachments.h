/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment-job.h"
#include "daemon/attachment-reader.h"
#include "daemon/attachment.h"
#include "daemon/message.h"
#include "daemon/outbox.h"
#include "daemon/server-link.h"
#include "daemon/settings.h"

/*
 * Files that belong to messages, from the descriptor that a program hands in to the one that it hands out. In between they
 * lie in the state folder as they are on the server: encrypted, each under a key that only the store has, under
 * random names. No file is in memory as a whole, and no call waits for a disk.
 *
 * A message with a file is in the history at once, and enters the outbox when the server has all of its file. Texts that are
 * written meanwhile leave before it; files to all contacts keep their order.
 */
typedef struct Attachments Attachments;

enum { ATTACHMENTS_WAITING_MAX = 256 }; /* that are being prepared or uploaded */

typedef struct AttachmentProgress {
        uint64_t message;
        AttachmentTransfer transfer;
        uint64_t done, size; /* bytes of the file */
} AttachmentProgress;

typedef struct AttachmentsHandler {
        void (*progress)(void *userdata, const AttachmentProgress *progress); /* a few times in a second at most */
} AttachmentsHandler;

typedef struct AttachmentsWith {
        Store *store;
        const PeerSelf *self;
        ServerLink *link;
        Outbox *outbox;
        const Settings *settings;
        int state_folder;
} AttachmentsWith;

/* All of them must outlive it. Negative errno where the folder cannot be made. */
int attachments_new(const AttachmentsWith *with, const AttachmentsHandler *handler, void *userdata, Attachments **out);
Attachments *attachments_free(Attachments *attachments);

void attachments_link_changed(Attachments *attachments);
void attachments_committed(Attachments *attachments);

typedef struct AttachmentToSend {
        const char *recipient;
        int fd; /* a regular file; stays the caller's */
        const char *name, *media_type;
        const char *caption; /* NULL: none */
        const ContentMessageId *reply_to;
} AttachmentToSend;

/*
 * Puts a message into the store, and begins with its file. Returns 0 and the message (without text and conversation),
 * or PROBLEM_BAD_NAME, PROBLEM_BAD_TEXT (the caption), PROBLEM_TEXT_TOO_LONG, PROBLEM_INVALID_ARGUMENT (to oneself; no regular
 * file), PROBLEM_NOT_FOUND (reply_to), PROBLEM_ATTACHMENT_TOO_LARGE, PROBLEM_ATTACHMENT_UNREADABLE, PROBLEM_DISK_FULL,
 * PROBLEM_TOO_MANY_CALLS.
 */
int attachments_send(Attachments *attachments, const AttachmentToSend *file, Message *out);
/* Bytes of the largest file that the server takes now; 0: there is no connection, or it takes none. */
uint64_t attachments_file_max(const Attachments *attachments);

/* Begins to fetch it, or goes on: 0, also where it is here; PROBLEM_NOT_FOUND; PROBLEM_ATTACHMENT_GONE or _DAMAGED. */
int attachments_fetch(Attachments *attachments, uint64_t message);

/*
 * Writes the file to out, which it takes; when all of the file is verified. done: 0, a Problem, or a negative errno.
 * PROBLEM_NOT_FOUND, PROBLEM_ATTACHMENT_NOT_HERE, PROBLEM_TOO_MANY_CALLS.
 */
int attachments_save(Attachments *attachments, uint64_t message, int out, AttachmentJobDone done, void *userdata,
                     AttachmentJob **job_out);

/*
 * Its file, if it is here: 0, PROBLEM_ATTACHMENT_NOT_HERE (also where the message has none), PROBLEM_ATTACHMENT_DAMAGED, or a
 * negative errno.
 */
int attachments_open(Attachments *attachments, uint64_t message, AttachmentReader **out);

/* Bytes of the file that have passed. */
uint64_t attachments_done(const Attachments *attachments, const Attachment *attachment);
