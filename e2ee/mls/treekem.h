/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/commit.h"
#include "e2ee/mls/ratchet-tree.h"

/*
 * TreeKEM (RFC 9420 sections 7.4 to 7.6): a member renews the keys on its direct path, and sends the secrets
 * of them to all others.
 */

/* The private keys of one member: of its leaf (level 0) and of parents above it, by level. */
typedef struct MlsOwnKeys {
        bool has[MLS_LEVELS_MAX];
        DhKeyPair keys[MLS_LEVELS_MAX];
} MlsOwnKeys;

/* Forgets whatever is not the key of the node in the tree any more. Costs as much as the tree is high. */
void mls_own_keys_prune(const MlsTree *tree, uint32_t leaf, MlsOwnKeys *keys);

/* Holds secrets: to be wiped. */
typedef struct MlsPathSecrets {
        size_t count;
        MlsPathStep steps[MLS_LEVELS_MAX];
        MlsSecret secrets[MLS_LEVELS_MAX]; /* path_secret[i] of each step's node */
        MlsSecret commit_secret;
} MlsPathSecrets;

/*
 * Puts fresh keys on the path of a leaf into the tree, with parent hashes, and a leaf node signed anew.
 * fields are those of the leaf node but for its key, source and parent hash. keys get the new private ones.
 * 0 or a negative errno.
 */
int mls_path_create(MlsTree *tree, uint32_t leaf, const MlsLeafNode *fields, const SigningSecretKey *key,
                    MlsSlice group_id, const E2eeContext *random, MlsOwnKeys *keys, MlsPathSecrets *out);
/*
 * Writes the UpdatePath, with the path secrets for everybody but the new leaves (in increasing order), who
 * get theirs in a welcome. group_context is the provisional one. 0, MLS_INVALID_LEAF or negative errno.
 */
int mls_path_encrypt(const MlsTree *tree, uint32_t leaf, const MlsPathSecrets *path,
                     const NodeList *new_leaves, MlsSlice group_context, const E2eeContext *random,
                     MlsWriter *out);

/*
 * Puts somebody else's path into the tree, once it has been checked: its length, that its keys are new and
 * usable, and its parent hashes; not the leaf node's own rules. steps and count are the filtered path. 0,
 * MLS_INVALID_PATH or -ENOMEM.
 */
int mls_path_apply(MlsTree *tree, uint32_t leaf, const MlsUpdatePath *path,
                   MlsPathStep steps[static MLS_LEVELS_MAX], size_t *count);
/*
 * Opens the path secret that is for this member, and derives the keys above. tree has the path in it. keys
 * are completed. 0, MLS_INVALID_PATH, MLS_FORGED or -ENOMEM.
 */
int mls_path_decrypt(const MlsTree *tree, const MlsUpdatePath *path, const MlsPathStep *steps, size_t count,
                     uint32_t own_leaf, const NodeList *new_leaves, MlsSlice group_context, MlsOwnKeys *keys,
                     MlsSecret *commit_secret);

/*
 * The path secret of one node, which lies above the leaf: keys get its and all above. 0, or
 * MLS_INVALID_PATH: they are not the keys in the tree.
 */
int mls_path_derive(const MlsTree *tree, uint32_t node, const MlsSecret *path_secret, MlsOwnKeys *keys,
                    MlsSecret *commit_secret);
