/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdatomic.h>

#include "daemon/attachment.h"
#include "e2ee/blob.h"

/*
 * Files in and out of blobs, a chunk at a time. All of these block, on disks and on whoever reads a pipe: they are for
 * threads. They end with -ECANCELED soon after *cancelled.
 */

/*
 * Encrypts size bytes of source, from its beginning, into target. PROBLEM_ATTACHMENT_UNREADABLE: source has not
 * exactly so many bytes, or cannot be read. The blob is durable on return.
 */
int attachment_file_seal(int source, int target, const BlobKey *key, uint64_t size, const atomic_bool *cancelled,
                         BlobHash *hash_out);

/*
 * Reads the blob from its beginning. With target -1 it only looks whether everything holds; else it writes the file. 0
 * or PROBLEM_ATTACHMENT_DAMAGED; where target takes no more, what the system says: -ENOSPC, -EPIPE, ...
 */
int attachment_file_open(int blob, const ContentAttachment *attachment, int target,
                         const atomic_bool *cancelled);
