/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Two sides that talk through one implementation of a ratchet, or do what any such implementation must do at
 * least.
 */
enum { RATCHET_TEXT_SIZE = 256 };

typedef struct RatchetEngine {
        const char *name;
        void *(*open)(void); /* both sides have answered the other; aborts where something fails */
        /* One message from a side, 0 or 1: encrypted there and decrypted at the other. */
        void (*exchange)(void *engine, int from, const uint8_t text[static RATCHET_TEXT_SIZE]);
        void (*close)(void *engine);
} RatchetEngine;

extern const RatchetEngine ratchet_ours, ratchet_limit, ratchet_olm, ratchet_signal;

/* A benchmark that measured a failed call would measure nothing. */
void ratchet_expect(int holds, const char *what);
