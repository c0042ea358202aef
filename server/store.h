/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/envelope.h"
#include "server/inbox.h"
#include "server/metrics.h"
#include "wire/messenger.pb-c.h"

/*
 * What the server keeps: accounts, prekeys, mailboxes. An asynchronous interface: a request is handed over
 * by store_submit(), and comes back through the inbox of the thread that asked, with its result set, once
 * its effect is durable. Requests that one thread submits take effect in that order.
 * docs/decisions/0002-store-and-router.md says what another backend has to keep to.
 */
typedef struct Store Store;
typedef struct StoreRequest StoreRequest;

/* Results of a request: 0, one of these, or a negative errno (nothing happened; the store may be in
 * trouble). */
typedef enum StoreResult {
        STORE_NAME_TAKEN = 1,
        STORE_INVITATION_USED,
        STORE_UNKNOWN_ACCOUNT,
        STORE_STALE_DEVICE,
        STORE_MAILBOX_FULL,
        STORE_TOO_MANY_PREKEYS, /* or key packages */
        STORE_NO_GROUP,         /* or it is none of this account's */
        STORE_STALE_EPOCH,
        STORE_GROUP_EXISTS,
        STORE_GROUP_FULL,
        STORE_REPEATED, /* of an envelope: was stored before; counts as stored, and is not delivered again */
} StoreResult;

typedef enum StoreOperation {
        STORE_FIND_ACCOUNT,
        STORE_FIND_USERS,
        STORE_REGISTER,
        STORE_LOGIN,
        STORE_CHANGE_PASSWORD,
        STORE_DELETE_ACCOUNT,
        STORE_ADD_PREKEYS,
        STORE_TAKE_BUNDLES,
        STORE_APPEND,
        STORE_ACK,
        STORE_READ,
        STORE_ADD_KEY_PACKAGES, /* these are in store-groups.h */
        STORE_TAKE_KEY_PACKAGES,
        STORE_CREATE_GROUP,
        STORE_GROUP_SEND,
        STORE_FETCH_GROUP,
        STORE_LEAVE_GROUP,
} StoreOperation;

struct StoreRequest {
        InboxItem item;
        StoreOperation operation;
        int result;
        Inbox *inbox;                        /* where it comes back */
        void (*done)(StoreRequest *request); /* on the inbox's thread; owns the request */
};

/* What one needs to derive keys from a password (wire PasswordParameters), as the client chose it. */
typedef struct StoredPassword {
        uint8_t salt[WIRE_SALT_SIZE];
        uint32_t passes;
        uint32_t memory_kib;
} StoredPassword;

enum { STORE_AUTH_HASH_SIZE = 128 }; /* crypto_pwhash_STRBYTES: a terminated string */

/* STORE_UNKNOWN_ACCOUNT if nobody has the name. */
typedef struct StoreFindAccount {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        bool count_prekeys; /* only for the account's owner: the time it takes tells that there is one */
        /* out: */
        StoredPassword password;
        char auth_hash[STORE_AUTH_HASH_SIZE];
        uint32_t device_id;
        uint64_t mailbox;
        uint8_t auth_public_key[WIRE_PUBLIC_KEY_SIZE];
        uint32_t one_time_prekeys_left; /* if they were to be counted */
} StoreFindAccount;

/* Names that begin with prefix, in order, after `after` ("": from the first). */
typedef struct StoreFindUsers {
        StoreRequest base;
        char prefix[WIRE_USER_NAME_MAX + 1];
        char after[WIRE_USER_NAME_MAX + 1];
        uint32_t limit; /* up to WIRE_USERS_MAX */
        /* out: */
        size_t count;
        char names[WIRE_USERS_MAX][WIRE_USER_NAME_MAX + 1];
} StoreFindUsers;

/*
 * STORE_NAME_TAKEN, STORE_INVITATION_USED. For STORE_LOGIN too: STORE_UNKNOWN_ACCOUNT, also if the account has another
 * hash by now than the verified one.
 */
typedef struct StoreSetDevice {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        StoredPassword password; /* registering only */
        char auth_hash[STORE_AUTH_HASH_SIZE]; /* logging in: empty, or what takes the place of the verified one */
        char verified_hash[STORE_AUTH_HASH_SIZE]; /* logging in only */
        uint8_t invitation_hash[32]; /* of the token, which is good for one account */
        bool has_invitation;
        const Wire__DeviceKeys *device; /* the caller's, until it is done */
        /* out: */
        uint32_t device_id;
        uint64_t mailbox;
        uint64_t replaced_mailbox; /* whose device is gone; 0: none */
} StoreSetDevice;

/* STORE_STALE_DEVICE if the account has another device by now, or another hash than the verified one, or is gone. */
typedef struct StoreChangePassword {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        uint64_t mailbox;
        char verified_hash[STORE_AUTH_HASH_SIZE];
        StoredPassword password;
        char auth_hash[STORE_AUTH_HASH_SIZE];
} StoreChangePassword;

/* The same. Device, prekeys and mailbox are gone with the account; the name is taken for StoreLimits.reserved_ms. */
typedef struct StoreDeleteAccount {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        uint64_t mailbox;
        char verified_hash[STORE_AUTH_HASH_SIZE];
} StoreDeleteAccount;

/* STORE_STALE_DEVICE; STORE_TOO_MANY_PREKEYS: nothing was changed. */
typedef struct StoreAddPrekeys {
        StoreRequest base;
        uint64_t mailbox;
        const Wire__UploadPrekeys *prekeys; /* the caller's, until it is done */
        uint32_t left;                      /* out */
} StoreAddPrekeys;

typedef struct StoreBlob {
        uint8_t *data; /* NULL: absent */
        size_t size;
} StoreBlob;

typedef struct StoreBundle {
        uint64_t mailbox;
        uint32_t device_id;
        uint32_t one_time_id;
        StoreBlob identity, signed_prekey, one_time_prekey, last_resort_prekey;
        uint32_t left; /* one-time prekeys of this device, after this */
} StoreBundle;

/* STORE_UNKNOWN_ACCOUNT. Takes one one-time prekey of each device, unless told to keep them. */
typedef struct StoreTakeBundles {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        bool keep_one_time;
        StoreBundle bundles[WIRE_DEVICES_MAX]; /* out; store_bundles_deinit() */
        size_t count;
} StoreTakeBundles;

void store_bundles_deinit(StoreTakeBundles *request);

/* Each envelope has a result of its own; the request's is that of the whole batch. The envelopes stay the
 * caller's. */
typedef struct StoreAppend {
        StoreRequest base;
        size_t count;
        Envelope *envelopes[];
} StoreAppend;

/*
 * Everything up to and with sequence is done with. No answer: the store frees it (it is a malloc()ed block).
 */
typedef struct StoreAck {
        StoreRequest base;
        uint64_t mailbox;
        uint64_t sequence;
} StoreAck;

/*
 * The oldest envelopes with a sequence greater than `after`, and none that was acked before. With `settle`,
 * acks that were submitted before are taken into account; without, they may come again for a moment. With it
 * too: STORE_STALE_DEVICE if the mailbox's device has been replaced.
 */
typedef struct StoreRead {
        StoreRequest base;
        uint64_t mailbox;
        uint64_t after;
        size_t count_max;
        size_t bytes_max; /* of payload; one envelope is always given */
        bool settle;
        /* out: the caller's to free. */
        Envelope *first;
        size_t count;
        bool more;
} StoreRead;

typedef struct StoreLimits {
        uint64_t mailbox_messages;
        uint64_t mailbox_bytes;
        uint64_t group_members;
        uint64_t groups_per_account;
        uint64_t retention_ms;
        uint64_t reserved_ms; /* how long a deleted account's name is nobody's */
        /* store_open() calls it for each of these names: what they have elsewhere is to go. NULL: nothing is called. */
        void (*deleted)(void *owner, const char *user_name);
        void *deleted_owner;
        uint64_t dedupe_ms;  /* how long a repeat is recognised after its original has left the mailbox */
        size_t dedupe_count; /* and how many envelopes, of all mailboxes together */
        size_t queue_max;    /* requests that wait */
} StoreLimits;

enum { STORE_HASH_KEY_SIZE = 16 };

/*
 * folder holds the files. hash_key: a secret that stays the same over restarts. The store takes shards of
 * metrics. Negative errno as database_open() and database_migrate() have it.
 */
int store_open(const char *folder, const StoreLimits *limits,
               const uint8_t hash_key[static STORE_HASH_KEY_SIZE], Metrics *metrics, Store **out);
/* Whatever was submitted is done first. */
Store *store_close(Store *store);

/* 0: it comes back by done(), whatever happens. -EBUSY: the queue is full, and the request is still the
 * caller's. */
int store_submit(Store *store, StoreRequest *request);
