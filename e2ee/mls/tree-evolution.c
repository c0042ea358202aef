/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How proposals change the tree (RFC 9420 section 12.1), and the ways through it (section 4.1). */
#include <errno.h>

#include "e2ee/mls/ratchet-tree.h"

/* A copy of a parent with one more unmerged leaf. */
static MlsParent *with_unmerged(const MlsParent *parent, uint32_t leaf)
{
        MlsParent *copy = mls_parent_new(&parent->encryption_key, parent->unmerged_count + 1);
        size_t at = mls_unmerged_position(parent, leaf);

        if (!copy)
                return NULL;
        copy->parent_hash_size = parent->parent_hash_size;
        copy->parent_hash = parent->parent_hash;
        memcpy(copy->unmerged, parent->unmerged, at * sizeof(leaf));
        copy->unmerged[at] = leaf;
        memcpy(copy->unmerged + at + 1, parent->unmerged + at, (parent->unmerged_count - at) * sizeof(leaf));
        return copy;
}

/* Section 12.1.1. */
int mls_tree_add(MlsTree *tree, MlsSlice leaf_node, uint32_t *leaf)
{
        MlsNodeContent content;
        int r;

        *leaf = mls_tree_free_leaf(tree);
        if (*leaf == tree->leaves) {
                r = mls_tree_extend(tree);
                if (r != 0)
                        return r;
        }
        for (uint32_t node = 2 * *leaf; node != tree_root(tree->leaves);) {
                node = tree_parent(node);
                if (!mls_tree_parent(tree, node))
                        continue;
                content.parent = with_unmerged(mls_tree_parent(tree, node), *leaf);
                r = content.parent ? mls_tree_set(tree, node, content) : -ENOMEM;
                if (r != 0)
                        return r;
        }
        r = mls_leaf_new(leaf_node, &content.leaf);
        return r != 0 ? r : mls_tree_set(tree, 2 * *leaf, content);
}

/* Section 12.1.2. */
int mls_tree_update(MlsTree *tree, uint32_t leaf, MlsSlice leaf_node)
{
        MlsNodeContent content;
        int r;

        r = mls_leaf_new(leaf_node, &content.leaf);
        if (r == 0)
                r = mls_tree_set(tree, 2 * leaf, content);
        return r != 0 ? r : mls_tree_blank_path(tree, leaf);
}

/* Section 12.1.3. */
int mls_tree_remove(MlsTree *tree, uint32_t leaf)
{
        int r;

        r = mls_tree_set(tree, 2 * leaf, (MlsNodeContent){0});
        if (r == 0)
                r = mls_tree_blank_path(tree, leaf);
        return r != 0 ? r : mls_tree_truncate(tree);
}

int node_list_add(NodeList *list, uint32_t node)
{
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        uint32_t *nodes;

        if (list->count == list->capacity) {
                nodes = realloc(list->nodes, capacity * sizeof(*nodes));
                if (!nodes)
                        return -ENOMEM;
                list->nodes = nodes;
                list->capacity = capacity;
        }
        list->nodes[list->count++] = node;
        return 0;
}

void node_list_deinit(NodeList *list)
{
        free(list->nodes);
        *list = (NodeList){0};
}

/* Section 4.1.1. As deep as the tree is high. */
int mls_tree_resolution(const MlsTree *tree, uint32_t node, NodeList *out)
{
        MlsNodeContent content = tree->nodes[node].content;
        int r;

        if (content.any) {
                r = node_list_add(out, node);
                for (size_t i = 0; r == 0 && !tree_is_leaf(node) && i < content.parent->unmerged_count; i++)
                        r = node_list_add(out, 2 * content.parent->unmerged[i]);
                return r;
        }
        if (tree_is_leaf(node) || tree->nodes[node].members == 0)
                return 0;
        r = mls_tree_resolution(tree, tree_left(node), out);
        return r != 0 ? r : mls_tree_resolution(tree, tree_right(node), out);
}

/* Section 4.1.2: whatever has no member on its other side is left out. */
size_t mls_tree_filtered_path(const MlsTree *tree, uint32_t leaf, MlsPathStep out[static MLS_LEVELS_MAX])
{
        size_t count = 0;

        for (uint32_t node = 2 * leaf; node != tree_root(tree->leaves); node = tree_parent(node)) {
                uint32_t sibling = tree_sibling(node);

                if (tree->nodes[sibling].members > 0)
                        out[count++] = (MlsPathStep){.node = tree_parent(node), .copath = sibling};
        }
        return count;
}
