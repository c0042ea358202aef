/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <pthread.h>

#include "server/store.h"

/* A store in a folder of its own, and a thread's end of it: requests are handed over, and waited for. */
typedef struct StoreFixture {
        char *folder;
        StoreLimits limits;
        Metrics *metrics;
        Store *store;
        Inbox inbox;
        pthread_mutex_t lock;
        pthread_cond_t changed;
        gboolean woken;
        guint returned;
} StoreFixture;

void store_fixture_init(StoreFixture *fixture);
void store_fixture_deinit(StoreFixture *fixture);
void store_fixture_open(StoreFixture *fixture);
/* Another thread's end of the same store; it has to outlive the store. */
void store_fixture_init_end(StoreFixture *fixture);
void store_fixture_deinit_end(StoreFixture *fixture);
void store_fixture_reopen(StoreFixture *fixture); /* as a restarted server would */

/* The request stays the caller's; run() waits until it is back and returns its result. */
void store_fixture_submit(StoreFixture *fixture, StoreRequest *request, StoreOperation operation);
void store_fixture_wait(StoreFixture *fixture, guint returned);
int store_fixture_run(StoreFixture *fixture, StoreRequest *request, StoreOperation operation);

/* Makes an account with so many one-time prekeys (numbered from 1); returns its mailbox. */
uint64_t store_fixture_register(StoreFixture *fixture, const char *name, unsigned prekeys);
int store_fixture_login(StoreFixture *fixture, const char *name, uint64_t *mailbox, uint64_t *replaced);

/* Sends one envelope to device 1; its ID is made from the number. Returns its result, or that of the
 * request. */
int store_fixture_send(StoreFixture *fixture, const char *to, unsigned number, size_t size,
                       Envelope **envelope_out);
void store_fixture_ack(StoreFixture *fixture, uint64_t mailbox, uint64_t sequence);
/* The payloads' numbers, in order, after a sequence, as "1 2 3". */
char *store_fixture_read(StoreFixture *fixture, uint64_t mailbox, uint64_t after);

/* For a table's sake: waits until a counter has a value. */
void store_fixture_until(StoreFixture *fixture, MetricCounter counter, uint64_t value);
