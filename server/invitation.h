/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

enum {
        INVITATION_HASH_SIZE = 32,
        INVITATION_UNKNOWN = 1,
};

/*
 * Is the token a line of the file? Blank lines and lines that begin with # are none. The file is read each
 * time, so new invitations need no restart. hash_out is what the store remembers of a token that was used.
 * 0, INVITATION_UNKNOWN, or what kept the file from being read.
 */
int invitation_check(const char *path, const char *token, uint8_t hash_out[static INVITATION_HASH_SIZE]);
