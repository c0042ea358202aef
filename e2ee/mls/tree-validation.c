/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes a ratchet tree valid (RFC 9420 sections 7.3, 7.9.2 and 12.4.3.1). */
#include "e2ee/mls/ratchet-tree.h"

/*
 * The part of a child's resolution that is not unmerged at the parent has to be one node, which was updated
 * together with the parent. Goes down through blank nodes only, which each lie below one such parent: all
 * of it together is linear.
 */
typedef struct Updated {
        uint32_t node;
        unsigned count;
        size_t unmerged; /* leaves of the resolution that are unmerged at the parent */
} Updated;

static void note(const MlsParent *above, uint32_t node, Updated *found)
{
        if (tree_is_leaf(node) && mls_parent_has_unmerged(above, node / 2)) {
                found->unmerged++;
        } else {
                found->node = node;
                found->count++;
        }
}

static void find_updated(const MlsTree *tree, const MlsParent *above, uint32_t node, Updated *found)
{
        const MlsParent *parent;

        if (found->count > 1)
                return;
        if (tree->nodes[node].content.any) {
                note(above, node, found);
                parent = tree_is_leaf(node) ? NULL : mls_tree_parent(tree, node);
                for (size_t i = 0; parent && i < parent->unmerged_count; i++)
                        note(above, 2 * parent->unmerged[i], found);
        } else if (!tree_is_leaf(node) && tree->nodes[node].members > 0) {
                find_updated(tree, above, tree_left(node), found);
                find_updated(tree, above, tree_right(node), found);
        }
}

/* The node's own parent_hash: none for leaves that did not come with a commit. */
static MlsSlice parent_hash_of(const MlsTree *tree, uint32_t node)
{
        MlsNodeContent content = tree->nodes[node].content;

        if (tree_is_leaf(node))
                return content.leaf->node.parent_hash;
        return mls_slice(content.parent->parent_hash.bytes, content.parent->parent_hash_size);
}

/* Section 7.9.2: 1 if there is a node below this child with respect to which the parent is valid. */
static int count_valid(MlsTree *tree, uint32_t node, uint32_t child, unsigned *count)
{
        const MlsParent *parent = mls_tree_parent(tree, node);
        Updated found = {0};
        MlsHash hash;
        int r;

        find_updated(tree, parent, child, &found);
        if (found.count != 1 || found.unmerged != mls_unmerged_below(parent, child))
                return 0;
        r = mls_parent_hash(tree, node, tree_sibling(child), &hash);
        if (r == 0 && mls_slice_equal(parent_hash_of(tree, found.node), mls_hash_slice(&hash)))
                (*count)++;
        return r;
}

/* Section 12.4.3.1: members below the parent, and unmerged all the way up to it. */
static bool unmerged_are_valid(const MlsTree *tree, uint32_t node)
{
        const MlsParent *parent = mls_tree_parent(tree, node);

        for (size_t i = 0; i < parent->unmerged_count; i++) {
                uint32_t leaf = parent->unmerged[i];

                if (!mls_tree_leaf(tree, leaf) || !tree_is_below(2 * leaf, node))
                        return false;
                for (uint32_t between = tree_parent(2 * leaf); between != node;
                     between = tree_parent(between)) {
                        if (mls_tree_parent(tree, between) &&
                            !mls_parent_has_unmerged(mls_tree_parent(tree, between), leaf))
                                return false;
                }
        }
        return true;
}

int mls_tree_validate_parents(MlsTree *tree)
{
        int r;

        /* All of them first: what follows goes from node to unmerged leaf without looking. */
        for (uint32_t node = 1; node < tree_width(tree->leaves); node += 2) {
                if (mls_tree_parent(tree, node) &&
                    (!unmerged_are_valid(tree, node) || !mls_dh_key_is_usable(mls_tree_key(tree, node)) ||
                     key_index_count(&tree->encryption_keys, mls_tree_key(tree, node)->bytes) != 1))
                        return MLS_INVALID_TREE;
        }
        for (uint32_t node = 1; node < tree_width(tree->leaves); node += 2) {
                unsigned count = 0;

                if (!mls_tree_parent(tree, node))
                        continue;
                r = count_valid(tree, node, tree_left(node), &count);
                if (r == 0)
                        r = count_valid(tree, node, tree_right(node), &count);
                if (r != 0)
                        return r;
                if (count != 1)
                        return MLS_INVALID_TREE;
        }
        return 0;
}

int mls_tree_validate_leaves(const MlsTree *tree, MlsSlice group_id)
{
        int r;

        for (uint32_t i = 0; i < tree->leaves; i++) {
                const MlsLeaf *leaf = mls_tree_leaf(tree, i);

                r = leaf ? mls_verify_leaf_node(&leaf->node, group_id, i) : 0;
                if (r != 0)
                        return r;
        }
        return 0;
}

int mls_tree_check_leaf(const MlsTree *tree, uint32_t index)
{
        const MlsLeaf *leaf = mls_tree_leaf(tree, index);
        const MlsCapabilities *capabilities = &leaf->node.capabilities;

        if (key_index_count(&tree->encryption_keys, leaf->encryption_key.bytes) != 1 ||
            key_index_count(&tree->signature_keys, leaf->signature_key.bytes) != 1)
                return MLS_INVALID_LEAF;
        /* Everybody understands this leaf's credential, and this leaf everybody's. */
        if (tree->credentials_supported[leaf->node.credential.type] != mls_tree_member_count(tree))
                return MLS_INVALID_LEAF;
        for (unsigned type = MLS_CREDENTIAL_BASIC; type <= MLS_CREDENTIAL_X509; type++) {
                if (tree->credentials_used[type] > 0 &&
                    !mls_u16_vector_contains(capabilities->credentials, (uint16_t)type))
                        return MLS_INVALID_LEAF;
        }
        return 0;
}

int mls_tree_validate(MlsTree *tree, MlsSlice group_id, MlsSlice context_extensions)
{
        MlsRequiredCapabilities required = {0};
        MlsSlice data;
        int r;

        if (mls_find_extension(context_extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, &data) &&
            !mls_decode_required_capabilities(data, &required))
                return MLS_MALFORMED;
        r = mls_tree_validate_parents(tree);
        if (r == 0)
                r = mls_tree_validate_leaves(tree, group_id);
        for (uint32_t i = 0; r == 0 && i < tree->leaves; i++) {
                const MlsLeaf *leaf = mls_tree_leaf(tree, i);

                if (!leaf)
                        continue;
                r = mls_check_leaf_node(&leaf->node);
                if (r == 0)
                        r = mls_tree_check_leaf(tree, i);
                if (r == 0 && (!mls_leaf_has_required(&leaf->node, &required) ||
                               !mls_leaf_supports_extensions(&leaf->node, context_extensions)))
                        r = MLS_INVALID_LEAF;
        }
        return r;
}
