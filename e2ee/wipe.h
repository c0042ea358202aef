/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sodium.h>
#include <stdlib.h>

/*
 * E2EE_WIPE(variable) stands right after the declaration of a local variable that will hold a secret, and
 * wipes it on every way out of the scope.
 */
typedef struct WipeGuard {
        void *data;
        size_t size;
} WipeGuard;

static inline void wipe_guard_run(const WipeGuard *guard)
{
        sodium_memzero(guard->data, guard->size);
}

#define E2EE_WIPE(variable)                                                                                 \
        __attribute__((cleanup(wipe_guard_run), unused)) const WipeGuard variable##_guard = {               \
                &(variable), sizeof(variable)}

/* Wipes and frees heap memory that held a secret. */
static inline void wipe_and_free(void *data, size_t size)
{
        if (!data)
                return;
        sodium_memzero(data, size);
        free(data);
}
