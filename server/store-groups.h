/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/router.h"
#include "server/store.h"

/*
 * The store's requests for groups and key packages; docs/protocol.md, "Groups", has what they mean. What comes from a frame is
 * the caller's until the request is done. All but STORE_FETCH_GROUP are the writer's.
 */

/* STORE_STALE_DEVICE; STORE_TOO_MANY_PREKEYS: nothing was changed. */
typedef struct StoreAddKeyPackages {
        StoreRequest base;
        uint64_t mailbox;
        const Wire__UploadKeyPackages *packages;
        uint32_t left; /* out: one-time ones */
} StoreAddKeyPackages;

typedef struct StoreKeyPackage {
        const char *name;   /* in: of the account */
        bool keep_one_time; /* in: give the last-resort one */
        /* out: */
        uint64_t mailbox;
        uint32_t device_id;
        StoreBlob package; /* absent: there is none */
        bool is_one_time;
        uint32_t left; /* one-time ones of this device, after this */
} StoreKeyPackage;

typedef struct StoreTakeKeyPackages {
        StoreRequest base;
        size_t count;
        StoreKeyPackage packages[];
} StoreTakeKeyPackages;

void store_key_packages_deinit(StoreTakeKeyPackages *request); /* what was given out */

/* For STORE_CREATE_GROUP: STORE_GROUP_EXISTS, STORE_GROUP_FULL. STORE_LEAVE_GROUP is done also where there is no such. */
typedef struct StoreGroup {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        uint8_t group[WIRE_GROUP_ID_SIZE];
} StoreGroup;

typedef struct StoreShares {
        RouterShare *list; /* of mailboxes that have it now */
        size_t count, capacity;
} StoreShares;

/*
 * A message, or a commit and perhaps a welcome. STORE_REPEATED, STORE_NO_GROUP, STORE_STALE_EPOCH, STORE_GROUP_FULL.
 *
 * What went to whom is told by `committed`, on the store's thread, once it is durable, and in the order in which it was stored:
 * a recipient who gets its envelopes in this order needs no read for them. It is called with result 0 only.
 */
typedef struct StoreGroupSend {
        StoreRequest base;
        void (*committed)(struct StoreGroupSend *request);
        Envelope *message; /* shared, with group, sender and ID */
        Envelope *welcome; /* as the message, where there is one */
        const Wire__GroupCommit *commit; /* NULL: none */
        /* out: */
        StoreShares to, welcomed;
        size_t fan_out; /* accounts that it was for, whether they had room or not */
} StoreGroupSend;

/* STORE_NO_GROUP */
typedef struct StoreFetchedCommit {
        uint64_t epoch;
        uint8_t id[WIRE_ENVELOPE_ID_SIZE];
        char sender[WIRE_USER_NAME_MAX + 1];
        StoreBlob payload;
} StoreFetchedCommit;

typedef struct StoreFetchGroup {
        StoreRequest base;
        char name[WIRE_USER_NAME_MAX + 1];
        uint8_t group[WIRE_GROUP_ID_SIZE];
        uint64_t from_epoch;
        bool has_after;
        uint8_t after[WIRE_ENVELOPE_ID_SIZE];
        size_t bytes_max; /* of payload; one commit is always given */
        /* out; store_group_deinit() */
        uint64_t epoch;
        char (*members)[WIRE_USER_NAME_MAX + 1];
        size_t members_count;
        StoreFetchedCommit *commits; /* up to WIRE_BATCH_MAX */
        size_t commits_count;
        bool more;
} StoreFetchGroup;

void store_group_deinit(StoreFetchGroup *request);
