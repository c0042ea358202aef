/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/attachment.h"

/*
 * The file in a blob, a chunk at a time. Each chunk is what its sender sealed, at its place; whether the blob as a
 * whole is the one that the sender meant is known at the end. For whoever gives out nothing before that, there is
 * attachment_file_open().
 */
typedef struct AttachmentReader AttachmentReader;

/* Takes the descriptor, in any case. 0, PROBLEM_ATTACHMENT_DAMAGED, or a negative errno. */
int attachment_reader_new(int blob, const ContentAttachment *attachment, AttachmentReader **out);
AttachmentReader *attachment_reader_free(AttachmentReader *reader); /* wipes what it has read */

static inline void attachment_reader_freep(AttachmentReader **reader)
{
        *reader = attachment_reader_free(*reader);
}

/* The next bytes of the file, which are the reader's until the next call; none at the end. Returns as _new(). */
int attachment_reader_next(AttachmentReader *reader, const uint8_t **data_out, size_t *size_out);
