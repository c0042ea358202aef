/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The state folder: made with mode 0700 if it is not there, and locked, so that two servers never share one.
 * It holds the store, the certificate that the server made for itself, and a secret from which keys for
 * hashes are derived.
 */
typedef struct State {
        char *folder;
        int lock_fd;
        uint8_t secret[32];
} State;

#define STATE_INIT ((State){.lock_fd = -1})

/* path NULL: $STATE_DIRECTORY, else $XDG_STATE_HOME/secure-messenger-server. Returns a code of
 * server/exit-code.h. */
int state_open(State *state, const char *path);
void state_deinit(State *state);

/* A key for one use of the secret; label: at most 8 characters. */
void state_derive(const State *state, const char *label, uint8_t *out, size_t size);
