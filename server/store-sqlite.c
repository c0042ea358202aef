/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/store-sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/clock.h"
#include "server/log.h"

enum {
        UPKEEP_INTERVAL_MS = 1000,
        RESTART_WAIT_MS = 20, /* for the reader's read to end, which is short */
        GROUPS_MAX = 16,
};

/* Acks before it count, and so does a login that took the device's place before it. */
static int settle(Store *store, const StoreRead *request)
{
        int r;

        r = store_has_device(store, request->mailbox);
        if (r <= 0)
                return r < 0 ? r : STORE_STALE_DEVICE;
        return store_flush_acks(store);
}

/* A condition is the request's result; a negative errno fails the batch. */
static int run_request(Store *store, StoreRequest *request)
{
        switch (request->operation) {
        case STORE_REGISTER:
                return store_register(store, (StoreSetDevice *)request);
        case STORE_LOGIN:
                return store_login(store, (StoreSetDevice *)request);
        case STORE_CHANGE_PASSWORD:
                return store_change_password(store, (StoreChangePassword *)request);
        case STORE_DELETE_ACCOUNT:
                return store_delete_account(store, (StoreDeleteAccount *)request);
        case STORE_ADD_PREKEYS:
                return store_add_prekeys(store, (StoreAddPrekeys *)request);
        case STORE_TAKE_BUNDLES:
                return store_take_bundles(store, (StoreTakeBundles *)request);
        case STORE_APPEND:
                return store_append(store, (StoreAppend *)request);
        case STORE_ACK:
                return store_ack(store, (StoreAck *)request);
        case STORE_READ:
                return settle(store, (StoreRead *)request);
        case STORE_ADD_KEY_PACKAGES:
                return store_add_key_packages(store, (StoreAddKeyPackages *)request);
        case STORE_TAKE_KEY_PACKAGES:
                return store_take_key_packages(store, (StoreTakeKeyPackages *)request);
        case STORE_CREATE_GROUP:
                return store_create_group(store, (StoreGroup *)request);
        case STORE_GROUP_SEND:
                return store_group_send(store, (StoreGroupSend *)request);
        case STORE_LEAVE_GROUP:
                return store_leave_group(store, (StoreGroup *)request);
        case STORE_FETCH_GROUP:
        case STORE_FIND_ACCOUNT:
        case STORE_FIND_USERS:
                break; /* the reader's */
        }
        return -ENOTRECOVERABLE;
}

static bool acks_are_due(const Store *store)
{
        return store->acked && clock_monotonic_ms() - store->acked_since_ms >= ACK_DELAY_MS;
}

static int commit(Store *store, Database **transaction)
{
        int r;

        r = shared_flush(store);
        if (r < 0)
                return r;
        r = tally_write(store);
        if (r < 0)
                return r;
        r = transaction_commit(transaction);
        if (r < 0)
                return r;
        tally_commit(store);
        return 0;
}

static int run_batch(Store *store, StoreRequest *first, bool flush_acks)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        int r;

        r = transaction_begin(store->database, &transaction);
        if (r < 0)
                return r;
        for (StoreRequest *i = first; i; i = (StoreRequest *)i->item.next) {
                r = run_request(store, i);
                if (r < 0)
                        return r;
                i->result = r;
        }
        if (flush_acks || acks_are_due(store)) {
                r = store_flush_acks(store);
                if (r < 0)
                        return r;
        }
        r = store_flush_recent(store);
        if (r < 0)
                return r;
        return commit(store, &transaction);
}

/* What is in memory may be ahead of the database now: begin again from what is there. */
static void recover(Store *store, int error)
{
        int r;

        log_error("the store could not commit: %s (%s)", strerror(-error), database_error(store->database));
        tally_drop(store);
        loaded_drop_all(store);
        r = loaded_start(store);
        if (r < 0)
                log_error("the store could not read what was stored lately: %s", strerror(-r));
}

static int try_batch(Store *store, StoreRequest *first, size_t count, bool flush_acks)
{
        uint64_t begin = clock_monotonic_us();
        int r;

        r = run_batch(store, first, flush_acks);
        if (r < 0)
                recover(store, r);
        else
                metrics_batch(store->metrics, count, clock_monotonic_us() - begin);
        return r;
}

typedef struct Group {
        Inbox *inbox;
        InboxItem *first, *last;
} Group;

static void send_back(Group *groups, size_t *count, StoreRequest *request)
{
        InboxItem *item = &request->item;

        item->next = NULL;
        for (size_t i = 0; i < *count; i++)
                if (groups[i].inbox == request->inbox) {
                        groups[i].last->next = item;
                        groups[i].last = item;
                        return;
                }
        if (*count < GROUPS_MAX)
                groups[(*count)++] = (Group){.inbox = request->inbox, .first = item, .last = item};
        else
                inbox_post(request->inbox, item);
}

/* One lock and at most one wake-up for each thread that has something coming. */
static void complete(Store *store, StoreRequest *first, int error)
{
        Group groups[GROUPS_MAX];
        uint64_t completed = 0;
        size_t count = 0;

        if (error < 0)
                metrics_add(store->metrics, METRIC_STORE_FAILURES, 1);

        while (first) {
                StoreRequest *next = (StoreRequest *)first->item.next;

                if (error < 0) {
                        first->result = error;
                        if (first->operation == STORE_TAKE_BUNDLES)
                                store_bundles_deinit((StoreTakeBundles *)first);
                        else if (first->operation == STORE_TAKE_KEY_PACKAGES)
                                store_key_packages_deinit((StoreTakeKeyPackages *)first);
                } else if (first->operation == STORE_GROUP_SEND && first->result == 0) {
                        ((StoreGroupSend *)first)->committed((StoreGroupSend *)first);
                }
                if (first->operation == STORE_READ && error == 0 && first->result == 0) {
                        (void)queue_put(&store->to_reader, &first->item, 0); /* which completes it */
                } else {
                        completed++;
                        if (first->operation == STORE_ACK)
                                free(first);
                        else
                                send_back(groups, &count, first);
                }
                first = next;
        }
        metrics_add(store->metrics, METRIC_STORE_COMPLETED, completed);
        for (size_t i = 0; i < count; i++)
                inbox_post_list(groups[i].inbox, groups[i].first, groups[i].last);
}

/*
 * What one request stumbles over, as a row that is damaged, is not the others' failure. A full or broken disk is
 * everybody's.
 */
static void write_singly(Store *store, StoreRequest *first, bool flush_acks)
{
        while (first) {
                StoreRequest *next = (StoreRequest *)first->item.next;
                int r;

                first->item.next = NULL;
                if (first->operation == STORE_TAKE_BUNDLES) /* what the failed batch had found */
                        store_bundles_deinit((StoreTakeBundles *)first);
                r = try_batch(store, first, 1, flush_acks && !next);
                complete(store, first, r < 0 ? r : 0);
                first = next;
        }
}

static void write_batch(Store *store, StoreRequest *first, size_t count, bool flush_acks)
{
        int r;

        store->now_ms = clock_wall_ms();
        store->batch++;
        r = try_batch(store, first, count, flush_acks);
        if (r < 0 && count > 1 && r != -ENOSPC && r != -EIO)
                write_singly(store, first, flush_acks);
        else
                complete(store, first, r < 0 ? r : 0);
}

static bool upkeep(Store *store)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        bool more = false;
        int r;

        store->now_ms = clock_wall_ms();
        r = transaction_begin(store->database, &transaction);
        if (r >= 0)
                r = store_upkeep(store, &more);
        if (r >= 0)
                r = commit(store, &transaction);
        if (r < 0) {
                transaction_rollbackp(&transaction);
                transaction = NULL;
                metrics_add(store->metrics, METRIC_STORE_FAILURES, 1);
                recover(store, r);
        }
        return r >= 0 && more;
}

/*
 * Everybody waits for the writer, so it waits for nobody: a reader that is in the way, such as a copy that is being
 * made, keeps the log for longer, and no more than that.
 */
static void restart_log(Store *store)
{
        if (database_restart_log(store->database, RESTART_WAIT_MS) < 0) {
                store->pages = CHECKPOINT_PAGES / 2; /* again after half as much */
                return;
        }
        metrics_add(store->metrics, METRIC_CHECKPOINTS, 1);
        store->pages = 0;
}

static void checkpoint(Store *store, bool *wanted)
{
        if (*wanted && store_checkpoint_is_done(store)) {
                restart_log(store);
                *wanted = false;
        } else if (!*wanted && store->pages >= CHECKPOINT_PAGES) {
                store_want_checkpoint(store);
                *wanted = true;
        }
}

static void *writer_run(void *data)
{
        Store *store = data;
        uint64_t upkeep_due = 0;
        bool stopping = false, more = false, checkpoint_wanted = false;

        while (!stopping) {
                StoreRequest *first;
                size_t count;

                first = (StoreRequest *)queue_take(&store->to_writer, BATCH_MAX,
                                   more           ? 1
                                   : store->acked ? ACK_DELAY_MS
                                                  : UPKEEP_INTERVAL_MS,
                                   &count, &stopping);
                if (first || acks_are_due(store) || (stopping && store->acked))
                        write_batch(store, first, count, stopping);
                if (more || clock_monotonic_ms() >= upkeep_due) {
                        more = upkeep(store);
                        upkeep_due = clock_monotonic_ms() + UPKEEP_INTERVAL_MS;
                }
                checkpoint(store, &checkpoint_wanted);
        }
        return NULL;
}

static void run_done(InboxItem *item, void *owner)
{
        StoreRequest *request = (StoreRequest *)item;

        request->done(request);
}

int store_submit(Store *store, StoreRequest *request)
{
        bool reads = request->operation == STORE_FIND_ACCOUNT || request->operation == STORE_FIND_USERS ||
                     request->operation == STORE_FETCH_GROUP ||
                     (request->operation == STORE_READ && !((StoreRead *)request)->settle);

        request->item.run = run_done;
        return queue_put(reads ? &store->to_reader : &store->to_writer, &request->item, store->limits.queue_max);
}

/*
 * The small tables, which everything else stands on. Not the envelopes, which may be gigabytes: what is
 * damaged there is found when it is read.
 */
static int check_tables(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const char *found = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT quick_check AS found FROM (SELECT quick_check FROM "
                              "pragma_quick_check('account') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('device') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('one_time_prekey') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('used_invitation') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('chat_group') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('group_member') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('shared_uses') "
                              "UNION ALL SELECT quick_check FROM pragma_quick_check('waiting')) "
                              "WHERE quick_check <> 'ok' LIMIT 1");
        if (r < 0)
                return r;
        r = statement_step(s);
        if (r <= 0)
                return r;
        statement_column_text(s, "found", &found);
        log_error("the store: %s", found ? found : "damaged");
        return -EBADMSG;
}

static int open_databases(Store *store)
{
        int r;

        r = database_open(store->path, NULL, DATABASE_CREATE, &store->database);
        if (r < 0)
                return r;
        r = database_migrate(store->database, &store_migrations);
        if (r < 0)
                return r;
        r = check_tables(store);
        if (r < 0)
                return r;
        /*
         * Freed space is not overwritten with zeros: it held ciphertext, and would cost a write for each
         * page. The checkpointer has the write-ahead log.
         */
        r = database_exec(store->database, "PRAGMA secure_delete = OFF; PRAGMA wal_autocheckpoint = 0;"
                                           "PRAGMA cache_size = -65536;");
        if (r < 0)
                return r;
        return database_open(store->path, NULL, DATABASE_READ_ONLY, &store->reading);
}

static int start_threads(Store *store)
{
        static void *(*const mains[])(void *) = {writer_run, store_reader_run, store_checkpointer_run};
        pthread_t *const threads[] = {&store->writer, &store->reader, &store->checkpointer};

        for (unsigned i = 0; i < sizeof(mains) / sizeof(mains[0]); i++) {
                int r = pthread_create(threads[i], NULL, mains[i], store);

                if (r != 0)
                        return -r;
                store->threads_started++;
        }
        return 0;
}

static void stop_checkpointer(Store *store)
{
        pthread_mutex_lock(&store->checkpoint_lock);
        store->checkpoint_stopping = true;
        pthread_cond_signal(&store->checkpoint_changed);
        pthread_mutex_unlock(&store->checkpoint_lock);
        pthread_join(store->checkpointer, NULL);
}

/* The writer first: what it finishes may have the reader as its next stop. */
Store *store_close(Store *store)
{
        if (!store)
                return NULL;
        queue_stop(&store->to_writer);
        if (store->threads_started > 0)
                pthread_join(store->writer, NULL);
        queue_stop(&store->to_reader);
        if (store->threads_started > 1)
                pthread_join(store->reader, NULL);
        if (store->threads_started > 2)
                stop_checkpointer(store);

        loaded_drop_all(store);
        repeats_deinit(&store->repeats);
        map_deinit(&store->mailboxes_by_name);
        map_deinit(&store->mailboxes_by_number);
        free(store->recent);
        free(store->given_back);
        database_close(store->reading);
        if (store->database)
                (void)database_checkpoint(store->database);
        database_close(store->database);
        queue_deinit(&store->to_writer);
        queue_deinit(&store->to_reader);
        pthread_cond_destroy(&store->checkpoint_changed);
        pthread_mutex_destroy(&store->checkpoint_lock);
        explicit_bzero(store->hash_key, sizeof(store->hash_key));
        free(store->path);
        free(store);
        return NULL;
}

static void store_closep(Store **store)
{
        store_close(*store);
}

int store_open(const char *folder, const StoreLimits *limits,
               const uint8_t hash_key[static STORE_HASH_KEY_SIZE], Metrics *metrics, Store **out)
{
        _cleanup_(store_closep) Store *store = NULL;
        pthread_condattr_t attributes;
        int r;

        store = calloc(1, sizeof(Store));
        if (!store)
                return -ENOMEM;
        store->limits = *limits;
        memcpy(store->hash_key, hash_key, sizeof(store->hash_key));
        store->metrics = metrics_shard(metrics);
        store->reader_metrics = metrics_shard(metrics);
        queue_init(&store->to_writer);
        queue_init(&store->to_reader);
        pthread_mutex_init(&store->checkpoint_lock, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&store->checkpoint_changed, &attributes);
        pthread_condattr_destroy(&attributes);
        repeats_init(&store->repeats, limits->dedupe_count, limits->dedupe_ms);

        if (asprintf(&store->path, "%s/smserver.db", folder) < 0) {
                store->path = NULL;
                return -ENOMEM;
        }
        r = open_databases(store);
        if (r < 0)
                return r;
        r = loaded_start(store);
        if (r < 0)
                return r;
        r = tally_start(store);
        if (r < 0)
                return r;
        r = store_tell_deleted(store);
        if (r < 0)
                return r;
        r = start_threads(store);
        if (r < 0)
                return r;
        *out = store;
        store = NULL;
        return 0;
}
