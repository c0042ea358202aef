/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/inbox.h"
#include "server/metrics.h"
#include "server/store.h"
#include "wire/limits.h"

/*
 * Argon2id of auth keys, which takes milliseconds and megabytes: a few threads of its own, and a queue with
 * an end, so that logins can never take the memory or the time of everything else.
 */
typedef struct PasswordPool PasswordPool;

typedef struct PasswordJob PasswordJob;

struct PasswordJob {
        InboxItem item;
        Inbox *inbox; /* where it comes back */
        void (*done)(PasswordJob *job);
        bool verify;                          /* against hash; otherwise hash is made */
        bool unknown;                         /* nobody has the name: takes as long, and fails */
        uint8_t auth_key[WIRE_AUTH_KEY_SIZE]; /* wiped when it is done */
        char hash[STORE_AUTH_HASH_SIZE];
        /* Of a key that fits: new_hash is made of new_key, or of the key where the cost that is wanted has changed. */
        bool replace;
        uint8_t new_key[WIRE_AUTH_KEY_SIZE];  /* wiped too */
        char new_hash[STORE_AUTH_HASH_SIZE]; /* empty: none was made */
        int result; /* 0, PASSWORD_WRONG, or -ENOMEM */
};

enum { PASSWORD_WRONG = 1 };

int password_pool_new(unsigned threads, size_t queue_max, uint64_t passes, uint64_t memory_kib,
                      Metrics *metrics, PasswordPool **out);
/* Jobs that still wait come back with -ECANCELED. */
PasswordPool *password_pool_free(PasswordPool *pool);

/* 0: it comes back by done(). -EBUSY: it is still the caller's. */
int password_pool_submit(PasswordPool *pool, PasswordJob *job);
