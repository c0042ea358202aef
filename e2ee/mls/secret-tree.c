/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/secret-tree.h"

#include <errno.h>
#include <sodium.h>

#include "e2ee/mls/tree-math.h"
#include "e2ee/wipe.h"

int mls_secret_tree_init(MlsSecretTree *tree, uint32_t leaves, const MlsSecret *encryption_secret)
{
        *tree = (MlsSecretTree){.leaves = leaves, .secret_count = 1, .secret_capacity = 1};
        tree->secrets = malloc(sizeof(*tree->secrets));
        if (!tree->secrets)
                return -ENOMEM;
        tree->secrets[0] = (MlsTreeSecret){.node = tree_root(leaves), .secret = *encryption_secret};
        return 0;
}

void mls_secret_tree_deinit(MlsSecretTree *tree)
{
        wipe_and_free(tree->secrets, tree->secret_capacity * sizeof(*tree->secrets));
        wipe_and_free(tree->senders, tree->sender_capacity * sizeof(*tree->senders));
        wipe_and_free(tree->skipped, tree->skipped_count * sizeof(*tree->skipped));
        *tree = (MlsSecretTree){0};
}

void mls_key_draft_deinit(MlsKeyDraft *draft)
{
        wipe_and_free(draft->added, draft->added_count * sizeof(*draft->added));
        sodium_memzero(draft, sizeof(*draft));
}

/* Where a node stands among the secrets, or would stand. */
static size_t secret_position(const MlsSecretTree *tree, uint32_t node)
{
        size_t low = 0, high = tree->secret_count;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (tree->secrets[middle].node < node)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static size_t sender_position(const MlsSecretTree *tree, uint32_t leaf)
{
        size_t low = 0, high = tree->sender_count;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (tree->senders[middle].leaf < leaf)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* Section 9: the secret of a child. */
static void derive_child(const MlsSecret *secret, bool right, MlsSecret *out)
{
        MlsSecret child;
        E2EE_WIPE(child);

        mls_expand_with_label(secret, mls_string("tree"), mls_string(right ? "right" : "left"), child.bytes,
                              sizeof(child.bytes));
        *out = child;
}

/* Section 9: from the lowest secret above the leaf down to its ratchets; siblings on the way are kept. */
static int begin_sender(const MlsSecretTree *tree, uint32_t leaf, MlsKeyDraft *out)
{
        uint32_t node = 2 * leaf, root = tree_root(tree->leaves);
        MlsSecret secret;
        size_t at;
        E2EE_WIPE(secret);

        for (;; node = tree_parent(node)) {
                at = secret_position(tree, node);
                if (at < tree->secret_count && tree->secrets[at].node == node)
                        break;
                if (node == root)
                        return MLS_UNKNOWN_SENDER; /* cannot be: what is not there was given to a sender */
        }
        out->used_node = node;
        secret = tree->secrets[at].secret;
        while (!tree_is_leaf(node)) {
                bool right = 2 * leaf > node;
                MlsTreeSecret *sibling = &out->secrets[out->secret_count++];

                sibling->node = right ? tree_left(node) : tree_right(node);
                derive_child(&secret, !right, &sibling->secret);
                derive_child(&secret, right, &secret);
                node = right ? tree_right(node) : tree_left(node);
        }
        out->is_new_sender = true;
        out->sender.leaf = leaf;
        mls_expand_with_label(&secret, mls_string("handshake"), (MlsSlice){0},
                              out->sender.ratchets[MLS_RATCHET_HANDSHAKE].secret.bytes, MLS_HASH_SIZE);
        mls_expand_with_label(&secret, mls_string("application"), (MlsSlice){0},
                              out->sender.ratchets[MLS_RATCHET_APPLICATION].secret.bytes, MLS_HASH_SIZE);
        return 0;
}

/* Section 9.1: the key and nonce of this generation, and on to the next. */
static void step(MlsRatchet *ratchet, MlsAeadKey *key)
{
        MlsSecret next;
        E2EE_WIPE(next);

        mls_derive_tree_secret(&ratchet->secret, "nonce", ratchet->generation, key->nonce,
                               sizeof(key->nonce));
        mls_derive_tree_secret(&ratchet->secret, "key", ratchet->generation, key->key, sizeof(key->key));
        mls_derive_tree_secret(&ratchet->secret, "secret", ratchet->generation, next.bytes,
                               sizeof(next.bytes));
        ratchet->secret = next;
        ratchet->generation++;
}

static int find_skipped(const MlsSecretTree *tree, uint32_t leaf, MlsRatchetKind kind, uint32_t generation,
                        MlsKeyDraft *out)
{
        for (size_t i = 0; i < tree->skipped_count; i++) {
                const MlsSkippedKey *skipped = &tree->skipped[i];

                if (skipped->leaf == leaf && skipped->kind == kind && skipped->generation == generation) {
                        out->is_skipped = true;
                        out->key = skipped->key;
                        return 0;
                }
        }
        return MLS_REPEATED;
}

static int find_sender(const MlsSecretTree *tree, uint32_t leaf, MlsRatchetKind kind, MlsKeyDraft *out)
{
        size_t at = sender_position(tree, leaf);

        *out = (MlsKeyDraft){.kind = kind, .sender.leaf = leaf};
        if (leaf >= tree->leaves)
                return MLS_UNKNOWN_SENDER;
        if (at == tree->sender_count || tree->senders[at].leaf != leaf)
                return begin_sender(tree, leaf, out);
        out->sender = tree->senders[at];
        return 0;
}

static int advance(MlsKeyDraft *out, uint32_t generation)
{
        MlsRatchet *ratchet = &out->sender.ratchets[out->kind];
        uint32_t jump = generation - ratchet->generation;

        if (jump > MLS_JUMP_MAX || generation == UINT32_MAX)
                return MLS_TOO_FAR;
        if (jump > 0) {
                out->added = calloc(jump, sizeof(*out->added));
                if (!out->added)
                        return -ENOMEM;
                out->added_count = jump;
        }
        for (uint32_t i = 0; i < jump; i++) {
                out->added[i] = (MlsSkippedKey){.leaf = out->sender.leaf,
                                                .kind = out->kind,
                                                .generation = ratchet->generation};
                step(ratchet, &out->added[i].key);
        }
        step(ratchet, &out->key);
        return 0;
}

int mls_secret_tree_find(const MlsSecretTree *tree, uint32_t leaf, MlsRatchetKind kind, uint32_t generation,
                         MlsKeyDraft *out)
{
        int r;

        r = find_sender(tree, leaf, kind, out);
        if (r == 0) {
                out->generation = generation;
                r = generation < out->sender.ratchets[kind].generation
                                    ? find_skipped(tree, leaf, kind, generation, out)
                                    : advance(out, generation);
        }
        if (r != 0)
                mls_key_draft_deinit(out);
        return r;
}

int mls_secret_tree_next(const MlsSecretTree *tree, uint32_t leaf, MlsRatchetKind kind, MlsKeyDraft *out)
{
        int r;

        r = find_sender(tree, leaf, kind, out);
        if (r == 0) {
                out->generation = out->sender.ratchets[kind].generation;
                r = advance(out, out->generation);
        }
        if (r != 0)
                mls_key_draft_deinit(out);
        return r;
}

/* Room for so many more; the old memory is wiped. */
static int grow(void **list, size_t count, size_t *capacity, size_t more, size_t size)
{
        size_t wanted = *capacity > 0 ? *capacity : 16;
        void *grown;

        while (wanted < count + more)
                wanted *= 2;
        if (wanted == *capacity)
                return 0;
        grown = calloc(wanted, size);
        if (!grown)
                return -ENOMEM;
        if (count > 0)
                memcpy(grown, *list, count * size);
        wipe_and_free(*list, *capacity * size);
        *list = grown;
        *capacity = wanted;
        return 0;
}

/* The newest MLS_SKIPPED_MAX of those that were there and those that the draft adds; less the one it used.
 */
static int merge_skipped(const MlsSecretTree *tree, const MlsKeyDraft *draft, MlsSkippedKey **out,
                         size_t *out_count)
{
        size_t total = tree->skipped_count + draft->added_count, count = 0, drop;
        MlsSkippedKey *merged;

        *out = NULL;
        *out_count = 0;
        if (total == 0)
                return 0;
        merged = calloc(total, sizeof(*merged));
        if (!merged)
                return -ENOMEM;
        for (size_t i = 0; i < tree->skipped_count; i++) {
                const MlsSkippedKey *skipped = &tree->skipped[i];

                if (!draft->is_skipped || skipped->leaf != draft->sender.leaf ||
                    skipped->kind != draft->kind || skipped->generation != draft->generation)
                        merged[count++] = *skipped;
        }
        if (draft->added_count > 0)
                memcpy(merged + count, draft->added, draft->added_count * sizeof(*merged));
        count += draft->added_count;
        drop = count > MLS_SKIPPED_MAX ? count - MLS_SKIPPED_MAX : 0;
        *out_count = count - drop;
        if (*out_count > 0)
                *out = malloc(*out_count * sizeof(*merged));
        if (*out)
                memcpy(*out, merged + drop, *out_count * sizeof(*merged));
        wipe_and_free(merged, total * sizeof(*merged));
        return *out || *out_count == 0 ? 0 : -ENOMEM;
}

static void replace_secret(MlsSecretTree *tree, const MlsKeyDraft *draft)
{
        size_t at = secret_position(tree, draft->used_node), more = draft->secret_count;

        sodium_memzero(&tree->secrets[at], sizeof(tree->secrets[at]));
        memmove(tree->secrets + at, tree->secrets + at + 1,
                (tree->secret_count - at - 1) * sizeof(*tree->secrets));
        tree->secret_count--;
        sodium_memzero(&tree->secrets[tree->secret_count], sizeof(*tree->secrets));
        for (size_t i = 0; i < more; i++) {
                at = secret_position(tree, draft->secrets[i].node);
                memmove(tree->secrets + at + 1, tree->secrets + at,
                        (tree->secret_count - at) * sizeof(*tree->secrets));
                tree->secrets[at] = draft->secrets[i];
                tree->secret_count++;
        }
}

static void insert_sender(MlsSecretTree *tree, const MlsSenderRatchets *sender, bool is_new)
{
        size_t at = sender_position(tree, sender->leaf);

        if (is_new) {
                memmove(tree->senders + at + 1, tree->senders + at,
                        (tree->sender_count - at) * sizeof(*tree->senders));
                tree->sender_count++;
        }
        tree->senders[at] = *sender;
}

int mls_secret_tree_use(MlsSecretTree *tree, MlsKeyDraft *draft)
{
        size_t skipped_count = 0;
        MlsSkippedKey *skipped = NULL;

        if (draft->is_new_sender &&
            (grow((void **)&tree->secrets, tree->secret_count, &tree->secret_capacity, MLS_LEVELS_MAX,
                  sizeof(*tree->secrets)) < 0 ||
             grow((void **)&tree->senders, tree->sender_count, &tree->sender_capacity, 1,
                  sizeof(*tree->senders)) < 0))
                return -ENOMEM;
        if (draft->is_skipped || draft->added_count > 0) {
                if (merge_skipped(tree, draft, &skipped, &skipped_count) < 0)
                        return -ENOMEM;
                wipe_and_free(tree->skipped, tree->skipped_count * sizeof(*tree->skipped));
                tree->skipped = skipped;
                tree->skipped_count = skipped_count;
        }
        if (draft->is_new_sender)
                replace_secret(tree, draft);
        if (!draft->is_skipped)
                insert_sender(tree, &draft->sender, draft->is_new_sender);
        return 0;
}
