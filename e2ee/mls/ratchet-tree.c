/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/ratchet-tree.h"

#include <errno.h>

enum { WIDTH_MIN = 15, DELTA_MIN = 32 };

int mls_tree_init(MlsTree *tree, const E2eeContext *context)
{
        uint8_t seed[16];

        *tree = (MlsTree){.leaves = 1, .capacity = WIDTH_MIN};
        context->fill(context->userdata, seed, sizeof(seed));
        key_index_init(&tree->encryption_keys, seed);
        key_index_init(&tree->signature_keys, seed);
        tree->nodes = calloc(tree->capacity, sizeof(*tree->nodes));
        return tree->nodes ? 0 : -ENOMEM;
}

void mls_tree_deinit(MlsTree *tree)
{
        for (uint32_t i = 0; tree->nodes && i < tree->capacity; i++)
                free(tree->nodes[i].content.any);
        free(tree->nodes);
        key_index_deinit(&tree->encryption_keys);
        key_index_deinit(&tree->signature_keys);
        *tree = (MlsTree){0};
}

int mls_leaf_new(MlsSlice encoded, MlsLeaf **out)
{
        MlsLeaf *leaf = malloc(sizeof(*leaf) + encoded.size);
        int r;

        *out = NULL;
        if (!leaf)
                return -ENOMEM;
        if (encoded.size > 0)
                memcpy(leaf->bytes, encoded.data, encoded.size);
        r = mls_decode_leaf_node(mls_slice(leaf->bytes, encoded.size), &leaf->node);
        if (r == 0 && (!mls_dh_key_from(leaf->node.encryption_key, &leaf->encryption_key) ||
                       !mls_signing_key_from(leaf->node.signature_key, &leaf->signature_key)))
                r = MLS_INVALID_LEAF;
        if (r != 0) {
                free(leaf);
                return r;
        }
        *out = leaf;
        return 0;
}

MlsParent *mls_parent_new(const DhPublicKey *key, size_t unmerged_count)
{
        MlsParent *parent = calloc(1, sizeof(*parent) + unmerged_count * sizeof(parent->unmerged[0]));

        if (!parent)
                return NULL;
        parent->encryption_key = *key;
        parent->unmerged_count = unmerged_count;
        return parent;
}

const MlsLeaf *mls_tree_leaf(const MlsTree *tree, uint32_t leaf)
{
        return leaf < tree->leaves ? tree->nodes[2 * leaf].content.leaf : NULL;
}

const MlsParent *mls_tree_parent(const MlsTree *tree, uint32_t node)
{
        return tree->nodes[node].content.parent;
}

const DhPublicKey *mls_tree_key(const MlsTree *tree, uint32_t node)
{
        MlsNodeContent content = tree->nodes[node].content;

        if (!content.any)
                return NULL;
        return tree_is_leaf(node) ? &content.leaf->encryption_key : &content.parent->encryption_key;
}

static void count_credentials(MlsTree *tree, const MlsLeaf *leaf, uint32_t by)
{
        tree->credentials_used[leaf->node.credential.type] += by;
        for (unsigned type = MLS_CREDENTIAL_BASIC; type <= MLS_CREDENTIAL_X509; type++) {
                if (mls_u16_vector_contains(leaf->node.capabilities.credentials, (uint16_t)type))
                        tree->credentials_supported[type] += by;
        }
}

/* The indices have room for all nodes of the array, so this cannot fail. */
static void count_in(MlsTree *tree, uint32_t node, MlsNodeContent content)
{
        if (!content.any)
                return;
        if (!tree_is_leaf(node)) {
                key_index_add(&tree->encryption_keys, content.parent->encryption_key.bytes, node);
                return;
        }
        key_index_add(&tree->encryption_keys, content.leaf->encryption_key.bytes, node);
        key_index_add(&tree->signature_keys, content.leaf->signature_key.bytes, node);
        count_credentials(tree, content.leaf, 1);
}

static void count_out(MlsTree *tree, uint32_t node, MlsNodeContent content)
{
        if (!content.any)
                return;
        if (!tree_is_leaf(node)) {
                key_index_remove(&tree->encryption_keys, content.parent->encryption_key.bytes, node);
                return;
        }
        key_index_remove(&tree->encryption_keys, content.leaf->encryption_key.bytes, node);
        key_index_remove(&tree->signature_keys, content.leaf->signature_key.bytes, node);
        count_credentials(tree, content.leaf, UINT32_MAX);
}

/* Puts a content into a node, and gives what was there. */
static MlsNodeContent swap_content(MlsTree *tree, uint32_t node, MlsNodeContent content)
{
        MlsNodeContent before = tree->nodes[node].content;
        uint32_t root = tree_root(tree->leaves);
        int members = 0;

        count_out(tree, node, before);
        count_in(tree, node, content);
        if (tree_is_leaf(node))
                members = (content.any != NULL) - (before.any != NULL);
        tree->nodes[node].content = content;
        for (uint32_t i = node;; i = tree_parent(i)) {
                tree->nodes[i].hash_is_valid = false;
                tree->nodes[i].members += (uint32_t)members;
                if (i == root)
                        break;
        }
        return before;
}

/* An array for trees of as many leaves; also of the indices, two keys a leaf at most. */
static int reserve(MlsTree *tree, uint32_t leaves)
{
        uint32_t width = tree_width(leaves);
        MlsTreeNode *nodes;

        if (key_index_reserve(&tree->encryption_keys, width) < 0 ||
            key_index_reserve(&tree->signature_keys, leaves) < 0)
                return -ENOMEM;
        if (width <= tree->capacity)
                return 0;
        nodes = realloc(tree->nodes, width * sizeof(*nodes));
        if (!nodes)
                return -ENOMEM;
        memset(nodes + tree->capacity, 0, (width - tree->capacity) * sizeof(*nodes));
        tree->nodes = nodes;
        tree->capacity = width;
        return 0;
}

/* There is memory for the new size. Nodes that fall out are blank. */
static void resize(MlsTree *tree, uint32_t leaves)
{
        uint32_t members = mls_tree_member_count(tree);

        while (tree->leaves < leaves) {
                tree->leaves *= 2;
                tree->nodes[tree_root(tree->leaves)].members = members;
                tree->nodes[tree_root(tree->leaves)].hash_is_valid = false;
        }
        while (tree->leaves > leaves) {
                tree->nodes[tree_root(tree->leaves)].members = 0;
                tree->nodes[tree_root(tree->leaves)].hash_is_valid = false;
                tree->leaves /= 2;
        }
}

void mls_tree_record(MlsTree *tree, MlsTreeDelta *delta)
{
        *delta = (MlsTreeDelta){.leaves = tree->leaves};
        tree->delta = delta;
}

void mls_tree_end_record(MlsTree *tree)
{
        for (size_t i = 0; i < tree->delta->count; i++)
                tree->nodes[tree->delta->changes[i].node].in_delta = false;
        tree->delta = NULL;
}

int mls_tree_exchange(MlsTree *tree, MlsTreeDelta *delta)
{
        uint32_t before = tree->leaves;

        if (reserve(tree, delta->leaves) < 0)
                return -ENOMEM;
        if (delta->leaves > tree->leaves)
                resize(tree, delta->leaves);
        for (size_t i = 0; i < delta->count; i++)
                delta->changes[i].content =
                                swap_content(tree, delta->changes[i].node, delta->changes[i].content);
        resize(tree, delta->leaves);
        delta->leaves = before;
        return 0;
}

void mls_tree_undo(MlsTree *tree, MlsTreeDelta *delta)
{
        mls_tree_end_record(tree);
        /* The tree had that size before, so there is memory for it. */
        if (mls_tree_exchange(tree, delta) < 0)
                abort();
}

void mls_tree_delta_deinit(MlsTreeDelta *delta)
{
        for (size_t i = 0; i < delta->count; i++)
                free(delta->changes[i].content.any);
        free(delta->changes);
        *delta = (MlsTreeDelta){0};
}

static int delta_reserve(MlsTreeDelta *delta)
{
        size_t capacity = delta->capacity > 0 ? 2 * delta->capacity : DELTA_MIN;
        struct MlsTreeChange *changes;

        if (delta->count < delta->capacity)
                return 0;
        changes = realloc(delta->changes, capacity * sizeof(*changes));
        if (!changes)
                return -ENOMEM;
        delta->changes = changes;
        delta->capacity = capacity;
        return 0;
}

int mls_tree_set(MlsTree *tree, uint32_t node, MlsNodeContent content)
{
        MlsTreeDelta *delta = tree->delta;

        if (!content.any && !tree->nodes[node].content.any)
                return 0;
        if ((delta && delta_reserve(delta) < 0) || reserve(tree, tree->leaves) < 0) {
                free(content.any);
                return -ENOMEM;
        }
        content = swap_content(tree, node, content);
        if (!delta || tree->nodes[node].in_delta) {
                free(content.any);
                return 0;
        }
        delta->changes[delta->count].node = node;
        delta->changes[delta->count++].content = content;
        tree->nodes[node].in_delta = true;
        return 0;
}

int mls_tree_blank_path(MlsTree *tree, uint32_t leaf)
{
        int r;

        for (uint32_t node = 2 * leaf; node != tree_root(tree->leaves);) {
                node = tree_parent(node);
                r = mls_tree_set(tree, node, (MlsNodeContent){0});
                if (r != 0)
                        return r;
        }
        return 0;
}

int mls_tree_extend(MlsTree *tree)
{
        if (tree->leaves >= MLS_LEAVES_MAX)
                return MLS_GROUP_FULL;
        if (reserve(tree, 2 * tree->leaves) < 0)
                return -ENOMEM;
        resize(tree, 2 * tree->leaves);
        return 0;
}

/*
 * Only the old roots can be anything but blank: whatever stands above no member is. Costs more than a path
 * only where the tree is halved.
 */
int mls_tree_truncate(MlsTree *tree)
{
        int r;

        while (tree->leaves > 1) {
                uint32_t root = tree_root(tree->leaves);

                if (tree->nodes[tree_right(root)].members > 0)
                        break;
                for (uint32_t node = root; node < tree_width(tree->leaves); node++) {
                        r = mls_tree_set(tree, node, (MlsNodeContent){0});
                        if (r != 0)
                                return r;
                }
                resize(tree, tree->leaves / 2);
        }
        return 0;
}

uint32_t mls_tree_free_leaf(const MlsTree *tree)
{
        uint32_t node = tree_root(tree->leaves);

        if (tree->nodes[node].members == tree->leaves)
                return tree->leaves;
        while (!tree_is_leaf(node)) {
                uint32_t left = tree_left(node);

                node = tree->nodes[left].members < tree_leaf_count(left) ? left : tree_right(node);
        }
        return node / 2;
}
