/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/crypto.h"
#include "e2ee/mls/limits.h"

/*
 * The secret tree (RFC 9420 section 9): a key and a nonce for each message of each member in an epoch.
 *
 * It begins as one secret; what a sender needs is derived when the first message of that sender comes, and
 * whatever was used on the way is wiped (section 9.2), so that the tree has as many secrets as senders it
 * has heard, times the height of the tree.
 *
 * Looking for a key changes nothing. It yields a draft, which is used up once the message has verified:
 * nobody can make a receiver lose keys by messages that turn out to be forged.
 */
typedef enum MlsRatchetKind {
        MLS_RATCHET_HANDSHAKE = 0,
        MLS_RATCHET_APPLICATION = 1,
} MlsRatchetKind;

typedef struct MlsTreeSecret {
        uint32_t node;
        MlsSecret secret;
} MlsTreeSecret;

typedef struct MlsRatchet {
        uint32_t generation; /* of the next message */
        MlsSecret secret;
} MlsRatchet;

typedef struct MlsSenderRatchets {
        uint32_t leaf;
        MlsRatchet ratchets[2];
} MlsSenderRatchets;

typedef struct MlsSkippedKey { /* of a message that was jumped over and may still come */
        uint32_t leaf;
        MlsRatchetKind kind;
        uint32_t generation;
        MlsAeadKey key;
} MlsSkippedKey;

typedef struct MlsSecretTree {
        uint32_t leaves;
        size_t secret_count, secret_capacity;
        MlsTreeSecret *secrets; /* by node; none is above another */
        size_t sender_count, sender_capacity;
        MlsSenderRatchets *senders; /* by leaf */
        size_t skipped_count;
        MlsSkippedKey *skipped; /* oldest first */
} MlsSecretTree;

/* 0 or -ENOMEM. */
int mls_secret_tree_init(MlsSecretTree *tree, uint32_t leaves, const MlsSecret *encryption_secret);
void mls_secret_tree_deinit(MlsSecretTree *tree);

typedef struct MlsKeyDraft { /* holds secrets: to be deinited */
        MlsAeadKey key;
        uint32_t generation;
        MlsRatchetKind kind;
        bool is_skipped; /* one of the skipped keys; otherwise: */
        MlsSenderRatchets sender;
        bool is_new_sender;
        uint32_t used_node;
        size_t secret_count;
        MlsTreeSecret secrets[MLS_LEVELS_MAX]; /* that take the place of used_node's */
        size_t added_count;
        MlsSkippedKey *added;
} MlsKeyDraft;

/* 0, MLS_UNKNOWN_SENDER, MLS_REPEATED, MLS_TOO_FAR or -ENOMEM. */
int mls_secret_tree_find(const MlsSecretTree *tree, uint32_t leaf, MlsRatchetKind kind, uint32_t generation,
                         MlsKeyDraft *out);
/* The next key of a sender's ratchet, as find; to be used before the message goes out. */
int mls_secret_tree_next(const MlsSecretTree *tree, uint32_t leaf, MlsRatchetKind kind, MlsKeyDraft *out);
/* 0, or -ENOMEM and nothing has changed. The draft has to be of the tree as it is now. */
int mls_secret_tree_use(MlsSecretTree *tree, MlsKeyDraft *draft);
void mls_key_draft_deinit(MlsKeyDraft *draft);

/* The stored form. read: 0 or -ENOMEM; the reader tells whether it was well formed. To be deinited in any
 * case. */
void mls_secret_tree_write(MlsWriter *writer, const MlsSecretTree *tree);
int mls_secret_tree_read(ByteReader *reader, MlsSecretTree *out);
