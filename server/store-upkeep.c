/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/cleanup.h"
#include "server/clock.h"
#include "server/store-sqlite.h"

enum {
        EXPIRY_INTERVAL_MS = 60 * 60 * 1000,
        EXPIRY_MAILBOXES = 64, /* in one batch, so that nobody waits for the walk */
        TRIM_INTERVAL_MS = 60 * 1000,
        TRIM_ROWS = 1024, /* in one batch, as above */
};

/*
 * Copies the write-ahead log while the writer goes on writing. What came meanwhile is left to the writer,
 * and is little; with that done too, the log starts anew at its beginning.
 */
void *store_checkpointer_run(void *data)
{
        Store *store = data;
        Database *database = NULL;

        (void)database_open(store->path, NULL, 0, &database); /* without it, the writer does it all */
        pthread_mutex_lock(&store->checkpoint_lock);
        while (!store->checkpoint_stopping) {
                if (!store->checkpoint_wanted) {
                        pthread_cond_wait(&store->checkpoint_changed, &store->checkpoint_lock);
                        continue;
                }
                pthread_mutex_unlock(&store->checkpoint_lock);
                if (database)
                        (void)database_exec(database, "PRAGMA wal_checkpoint(PASSIVE)");
                pthread_mutex_lock(&store->checkpoint_lock);
                store->checkpoint_wanted = false;
                store->checkpoint_done = true;
        }
        pthread_mutex_unlock(&store->checkpoint_lock);
        database_close(database);
        return NULL;
}

void store_want_checkpoint(Store *store)
{
        pthread_mutex_lock(&store->checkpoint_lock);
        store->checkpoint_wanted = true;
        pthread_cond_signal(&store->checkpoint_changed);
        pthread_mutex_unlock(&store->checkpoint_lock);
}

bool store_checkpoint_is_done(Store *store)
{
        bool done;

        pthread_mutex_lock(&store->checkpoint_lock);
        done = store->checkpoint_done;
        store->checkpoint_done = false;
        pthread_mutex_unlock(&store->checkpoint_lock);
        return done;
}

/*
 * What nobody needs to recognise any more after a restart: by age, and by number. The oldest rows lie first, so it
 * looks at those that go and one that stays.
 */
static int find_stale(Store *store, int64_t *until_out, uint64_t *hashes_out, unsigned *rows_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT number, stored_ms, length(hashes) / 8 AS count FROM recent "
                              "ORDER BY number LIMIT :rows");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":rows", TRIM_ROWS);
        while ((r = statement_step(s)) > 0) {
                int64_t number = 0, stored_ms = 0, count = 0;

                statement_column_int64(s, "number", &number);
                statement_column_int64(s, "stored_ms", &stored_ms);
                r = statement_column_int64(s, "count", &count);
                if (r < 0)
                        return r;
                if ((uint64_t)stored_ms + store->limits.dedupe_ms >= store->now_ms &&
                    store->recent_rows_hashes - *hashes_out <= store->limits.dedupe_count)
                        return 0;
                *until_out = number;
                *hashes_out += (uint64_t)count;
                ++*rows_out;
        }
        return r;
}

static int trim_recent(Store *store)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        uint64_t hashes = 0;
        unsigned rows = 0;
        int64_t until = 0;
        int r;

        r = find_stale(store, &until, &hashes, &rows);
        if (r < 0)
                return r;
        store->trimming = rows == TRIM_ROWS;
        if (rows == 0)
                return 0;
        r = statement_prepare(store->database, &s, "DELETE FROM recent WHERE number <= :until");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":until", until);
        r = statement_run(s);
        if (r < 0)
                return r;
        store->recent_rows_hashes -= hashes;
        store->pages += 2 + rows;
        return 0;
}

/* The first mailbox with an envelope at or after position; 0: none. */
static int next_mailbox(Store *store, uint64_t position, uint64_t *mailbox_out, uint64_t *stored_ms_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t found = 0, stored_ms = 0;
        int r;

        *mailbox_out = 0;
        r = statement_prepare(store->database, &s,
                              "SELECT position, stored_ms FROM envelope WHERE position >= :position "
                              "ORDER BY position LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":position", (int64_t)position);
        r = statement_step(s);
        if (r <= 0)
                return r;
        statement_column_int64(s, "position", &found);
        r = statement_column_int64(s, "stored_ms", &stored_ms);
        *mailbox_out = (uint64_t)found >> SEQUENCE_BITS;
        *stored_ms_out = (uint64_t)stored_ms;
        return r;
}

static int expire_mailbox(Store *store, uint64_t number, uint64_t before_ms)
{
        Mailbox *mailbox = loaded_by_number(store, number);
        uint64_t deleted;
        int r;

        if (mailbox) {
                /* Loaded again when it is needed, without what goes now. */
                r = store_flush_acks(store);
                if (r < 0)
                        return r;
                loaded_drop(store, mailbox);
        }
        r = envelopes_delete(store, position_of(number, 0), position_of(number + 1, 0) - 1, before_ms, &deleted);
        if (r < 0)
                return r;
        store->tally.expired += deleted;
        return tally_deleted(store, number, deleted);
}

/* A mailbox's oldest envelope lies first, so the walk looks at one row of each mailbox that has any. */
static int expire(Store *store)
{
        uint64_t before_ms = store->now_ms > store->limits.retention_ms
                                             ? store->now_ms - store->limits.retention_ms
                                             : 0;

        for (unsigned i = 0; i < EXPIRY_MAILBOXES; i++) {
                uint64_t mailbox = 0, stored_ms = 0;
                int r;

                r = next_mailbox(store, store->expiry_position, &mailbox, &stored_ms);
                if (r < 0)
                        return r;
                if (mailbox == 0) {
                        store->expiry_position = 0;
                        return 0;
                }
                store->expiry_position = position_of(mailbox + 1, 0);
                if (stored_ms >= before_ms)
                        continue;
                r = expire_mailbox(store, mailbox, before_ms);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int trim(Store *store, uint64_t now)
{
        int r;

        if (!store->trimming && store->trimmed_ms != 0 && now - store->trimmed_ms < TRIM_INTERVAL_MS)
                return 0;
        store->trimmed_ms = now;
        r = store_free_names(store);
        if (r < 0)
                return r;
        repeats_expire(&store->repeats, store->now_ms);
        return trim_recent(store);
}

static int expire_commits(Store *store, uint64_t now, bool *more_out)
{
        uint64_t before_ms = store->now_ms > store->limits.retention_ms
                                             ? store->now_ms - store->limits.retention_ms
                                             : 0;
        uint64_t interval = store->limits.retention_ms < TRIM_INTERVAL_MS ? store->limits.retention_ms
                                                                          : TRIM_INTERVAL_MS;
        int r;

        if (!store->expiring_commits && store->commits_expired_ms != 0 && now - store->commits_expired_ms < interval)
                return 0;
        store->commits_expired_ms = now;
        store->expiring_commits = false;
        r = store_expire_commits(store, before_ms, &store->expiring_commits);
        *more_out |= store->expiring_commits;
        return r;
}

int store_upkeep(Store *store, bool *more_out)
{
        uint64_t now = clock_monotonic_ms();
        int r;

        r = trim(store, now);
        if (r < 0)
                return r;
        *more_out = store->trimming;
        r = expire_commits(store, now, more_out);
        if (r < 0)
                return r;
        if (store->expiry_position == 0) {
                uint64_t interval = store->limits.retention_ms < EXPIRY_INTERVAL_MS
                                                    ? store->limits.retention_ms
                                                    : EXPIRY_INTERVAL_MS;

                if (store->expired_ms != 0 && now - store->expired_ms < interval)
                        return 0;
                store->expired_ms = now;
                store->expiry_position = 1;
        }
        r = expire(store);
        *more_out |= store->expiry_position != 0;
        return r;
}
