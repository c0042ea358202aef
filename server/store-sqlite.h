/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "server/queue.h"
#include "server/store-repeats.h"
#include "server/store.h"
#include "storage/database.h"
#include "storage/migration.h"
#include "storage/statement.h"

/*
 * The embedded store: one SQLite database, `smserver.db`. Private to the files store-*.c.
 *
 * Three threads, each with a connection of its own. The **writer** takes whatever has been submitted, runs
 * it in one transaction, and sends everything back after the commit: the longer a commit takes, the more the
 * next one holds. The
 * **reader** answers what changes nothing, from a snapshot. The **checkpointer** copies the write-ahead log
 * to the database, so that the writer hardly ever has to.
 *
 * An envelope's place in its table is its mailbox and sequence in one integer: envelopes of a mailbox lie
 * beside one another, and there is no index to keep.
 */
enum {
        SEQUENCE_BITS = 35, /* of 63: 34 thousand million envelopes in a mailbox, 268 million mailboxes */
        SEQUENCE_RESERVE =
                        4096, /* numbers that are reserved by one write; as many are skipped at a restart */
        BATCH_MAX = 1024,     /* requests in one transaction */
        ACK_DELAY_MS = 20,    /* acks are collected for so long, and cost one range delete each mailbox */
        CHECKPOINT_PAGES = 8192, /* 32 MiB of write-ahead log */
        MAILBOXES_LOADED_MAX = 100 * 1000,
};

typedef struct MailboxEntry {
        uint64_t sequence;
        uint64_t hash;
        uint32_t size;
} MailboxEntry;

/* What the writer knows of a mailbox that has been written to: all of it but the envelopes themselves. */
typedef struct Mailbox Mailbox;

struct Mailbox {
        uint64_t number;
        uint64_t name_hash;
        char name[WIRE_USER_NAME_MAX + 1];
        uint32_t device_id;
        uint64_t next_sequence, reserved; /* sequences up to `reserved` may be given out */
        uint64_t last_sequence;           /* the newest that is or was there; 0: unknown */
        MailboxEntry *entries;            /* a ring of what waits, oldest first */
        size_t entries_first, entries_count, entries_capacity;
        uint64_t bytes;
        uint64_t rows;  /* in the table: what waits, and what was acked and is not deleted yet */
        uint64_t acked; /* deletion pending up to here; 0: none */
        Mailbox *next_acked;
        uint64_t touched_batch;
        Mailbox *older, *newer; /* by use */
};

/*
 * What a transaction does to the figures. Shown once it is committed, forgotten if it is not: a batch that is run
 * again counts once.
 */
typedef struct Tally {
        uint64_t stored, repeated, refused_full, acked, expired;
        int64_t envelopes, mailboxes; /* rows of the table, and mailboxes that have any: how many more, or fewer */
} Tally;

struct Store {
        StoreLimits limits;
        uint8_t hash_key[STORE_HASH_KEY_SIZE];
        char *path;

        Queue to_writer, to_reader;
        pthread_t writer, reader, checkpointer;
        unsigned threads_started;

        /* The writer's alone. */
        Database *database;
        MetricsShard *metrics;
        Map mailboxes_by_name;   /* keyed hash of the name → Mailbox */
        Map mailboxes_by_number; /* number → Mailbox */
        Mailbox *oldest, *newest;
        Mailbox *acked;
        uint64_t acked_since_ms; /* monotonic */
        Repeats repeats;
        uint64_t *recent; /* hashes of this batch */
        size_t recent_count, recent_capacity;
        uint64_t recent_rows_hashes; /* in the table `recent` */
        uint64_t now_ms;
        uint64_t batch;
        Tally tally;
        int64_t waiting_envelopes, waiting_mailboxes; /* as committed; the row of the table `waiting` */
        uint64_t pages; /* of write-ahead log since the last checkpoint, as an estimate */
        uint64_t expired_ms, trimmed_ms;
        bool trimming; /* there is more to trim */
        uint64_t expiry_position; /* where the walk over the mailboxes goes on; 0: not walking */

        /* The reader's alone. */
        Database *reading;
        MetricsShard *reader_metrics;

        /* Between writer and checkpointer. */
        pthread_mutex_t checkpoint_lock;
        pthread_cond_t checkpoint_changed;
        bool checkpoint_wanted, checkpoint_done, checkpoint_stopping;
};

static inline uint64_t position_of(uint64_t mailbox, uint64_t sequence)
{
        return mailbox << SEQUENCE_BITS | sequence;
}

static inline uint64_t sequence_of(uint64_t position)
{
        return position & ((UINT64_C(1) << SEQUENCE_BITS) - 1);
}

/* store-schema.c */
extern const Migrations store_migrations;

/* store-accounts.c, on the writer's thread, in its transaction: */
int store_register(Store *store, StoreSetDevice *request);
int store_login(Store *store, StoreSetDevice *request);
int store_has_device(Store *store, uint64_t mailbox); /* 1: yes; 0: no more */
int store_add_prekeys(Store *store, StoreAddPrekeys *request);
int store_take_bundles(Store *store, StoreTakeBundles *request);
int store_remove_mailbox(Store *store, uint64_t mailbox);
/* on the reader's: */
int store_find_account(Store *store, StoreFindAccount *request);
int store_find_users(Store *store, StoreFindUsers *request); /* store-directory.c */

/* store-password.c, on the writer's thread, in its transaction: */
int store_has_hash(Store *store, const char *name, const char *hash); /* 1: yes; 0: no more */
int store_set_hash(Store *store, int64_t account, const char *hash);
int store_change_password(Store *store, const StoreChangePassword *request);
int store_delete_account(Store *store, const StoreDeleteAccount *request);
int store_name_is_reserved(Store *store, const char *name); /* 1: yes; 0: no */
int store_tell_deleted(Store *store);                       /* StoreLimits.deleted */
int store_free_names(Store *store);                         /* whose time is over */

/* store-mailbox.c, on the writer's thread, in its transaction: */
uint64_t envelope_hash(const Store *store, uint64_t mailbox, const char *sender, const uint8_t *id);
int store_append(Store *store, StoreAppend *request);
int store_ack(Store *store, const StoreAck *request);
int store_flush_acks(Store *store);
int store_flush_recent(Store *store);

/* store-loaded.c: the mailboxes that the writer has in memory. */
/* STORE_UNKNOWN_ACCOUNT */
int loaded_by_name(Store *store, const char *name, Mailbox **out);
Mailbox *loaded_by_number(Store *store, uint64_t number); /* NULL if it is not loaded */
int loaded_push(Store *store, Mailbox *mailbox, const MailboxEntry *entry);
size_t loaded_pop_until(Store *store, Mailbox *mailbox, uint64_t sequence); /* how many */
void loaded_drop(Store *store, Mailbox *mailbox);
void loaded_drop_all(Store *store);
int loaded_start(Store *store); /* what was stored lately, from the table; also after a rollback */

/* store-tally.c, on the writer's thread: */
int tally_start(Store *store); /* what waits, from the table; -EBADMSG if it is not there */
void tally_inserted(Store *store, Mailbox *mailbox);
int tally_deleted(Store *store, uint64_t number, uint64_t count); /* after the deletion */
int tally_write(Store *store);                                    /* at a transaction's end */
void tally_commit(Store *store);
void tally_drop(Store *store);

/* store-read.c */
void *store_reader_run(void *data); /* the Store */

/* store-upkeep.c */
void *store_checkpointer_run(void *data); /* the Store */
void store_want_checkpoint(Store *store);
bool store_checkpoint_is_done(Store *store);
int store_upkeep(Store *store, bool *more_out); /* on the writer's thread, in its transaction */
