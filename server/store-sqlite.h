/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "server/queue.h"
#include "server/store-repeats.h"
#include "server/store-groups.h"
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
        uint64_t hash; /* 0: of a group, whose repeats are found out before */
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
        uint64_t shared_rows; /* of these, those of groups */
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
        uint64_t group_messages, group_commits, group_stale, skipped_full;
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
        int64_t *given_back; /* numbers of `shared`, each as often as this transaction has no use for it any more */
        size_t given_back_count, given_back_capacity;
        uint64_t recent_rows_hashes; /* in the table `recent` */
        uint64_t now_ms;
        uint64_t batch;
        Tally tally;
        int64_t waiting_envelopes, waiting_mailboxes; /* as committed; the row of the table `waiting` */
        uint64_t pages; /* of write-ahead log since the last checkpoint, as an estimate */
        uint64_t expired_ms, trimmed_ms;
        bool trimming; /* there is more to trim */
        uint64_t commits_expired_ms;
        bool expiring_commits; /* there are more */
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
/* A use of `shared`, which has so many bytes of payload. STORE_UNKNOWN_ACCOUNT, STORE_MAILBOX_FULL */
int store_append_shared(Store *store, const char *name, int64_t shared, uint32_t size, RouterShare *out);
int store_remember_recent(Store *store, uint64_t hash);
int store_ack(Store *store, const StoreAck *request);
int store_flush_acks(Store *store);
int store_flush_recent(Store *store);

/* store-shared.c, on the writer's thread, in its transaction: */
int shared_insert(Store *store, const Envelope *original, int64_t *number_out);
int shared_set_uses(Store *store, int64_t number, uint64_t uses); /* once, after all that refers to it; 0: it goes */
int shared_give_back(Store *store, int64_t number);
int shared_flush(Store *store); /* at a transaction's end */
/* Positions from first to last, of what was stored before. */
int envelopes_delete(Store *store, uint64_t first, uint64_t last, uint64_t before_ms, uint64_t *deleted_out);
/* Likewise, where none of them is of a group. */
int envelopes_delete_own(Store *store, uint64_t first, uint64_t last, uint64_t *deleted_out);

/* store-key-packages.c, on the writer's thread, in its transaction: */
int store_add_key_packages(Store *store, StoreAddKeyPackages *request);
int store_take_key_packages(Store *store, StoreTakeKeyPackages *request);

/* store-groups.c, on the writer's thread, in its transaction: */
typedef struct GroupRow {
        int64_t number, latest;
        uint64_t epoch;
} GroupRow;
int group_find(Database *database, const uint8_t id[static WIRE_GROUP_ID_SIZE], GroupRow *out); /* STORE_NO_GROUP */
int account_find(Database *database, const char *name, int64_t *number_out); /* STORE_UNKNOWN_ACCOUNT */
/* In how many groups it is. */
int account_count_groups(Store *store, int64_t account, uint64_t *out);
int store_create_group(Store *store, const StoreGroup *request);
int store_leave_group(Store *store, const StoreGroup *request);
int store_leave_all_groups(Store *store, int64_t account);
/* Commits whose time is over, and groups that have neither commits nor members. More: some are left for another time. */
int store_expire_commits(Store *store, uint64_t before_ms, bool *more_out);

/* store-group-list.c: the accounts of a group, in memory, as a commit changes them. */
typedef struct ListEntry {
        int64_t account;
        int64_t since;
        bool now, base, next; /* on the list; before the commit that is taken the place of; after this one */
        bool added;           /* by this commit, if perhaps anew */
        char name[WIRE_USER_NAME_MAX + 1];
} ListEntry;
typedef struct GroupList {
        ListEntry *entries;
        size_t count, sorted, capacity; /* the first ones are in order of accounts */
} GroupList;
int group_list_read(Store *store, const GroupRow *group, GroupList *list);
int group_list_undo_latest(Store *store, const GroupRow *group, GroupList *list);
/* STORE_GROUP_FULL */
int group_list_change(Store *store, const Wire__GroupCommit *commit, GroupList *list);
int group_list_write(Store *store, const GroupRow *group, int64_t commit, const GroupList *list);
const ListEntry *group_list_find(const GroupList *list, const char *name);
void group_list_deinit(GroupList *list);

/* store-group-send.c, on the writer's thread, in its transaction: */
int store_group_send(Store *store, StoreGroupSend *request);

/* store-group-fetch.c, on the reader's: */
int store_fetch_group(Store *store, StoreFetchGroup *request);

int store_column_blob(Statement *s, const char *column, StoreBlob *out); /* store-bundles.c */

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
