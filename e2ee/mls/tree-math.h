/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Array-based trees (RFC 9420, Appendix C). Leaf i of a tree is node 2i, parents are the odd nodes. Trees
 * are full: the number of leaves is a power of two. A node's index does not depend on the size of its tree.
 */
static inline bool tree_is_leaf(uint32_t node)
{
        return node % 2 == 0;
}

/* Leaves have level 0. */
static inline unsigned tree_level(uint32_t node)
{
        return (unsigned)__builtin_ctz(~node | UINT32_C(1) << 31);
}

static inline uint32_t tree_width(uint32_t leaves)
{
        return leaves == 0 ? 0 : 2 * (leaves - 1) + 1;
}

static inline uint32_t tree_root(uint32_t leaves)
{
        return leaves - 1;
}

/* Only for parents. */
static inline uint32_t tree_left(uint32_t node)
{
        return node ^ (UINT32_C(1) << (tree_level(node) - 1));
}

static inline uint32_t tree_right(uint32_t node)
{
        return node ^ (UINT32_C(3) << (tree_level(node) - 1));
}

/* Only below the root. */
static inline uint32_t tree_parent(uint32_t node)
{
        unsigned level = tree_level(node);

        return (node | UINT32_C(1) << level) & ~(UINT32_C(1) << (level + 1));
}

static inline uint32_t tree_sibling(uint32_t node)
{
        uint32_t parent = tree_parent(node);

        return node < parent ? tree_right(parent) : tree_left(parent);
}

/* The node of this level above (or at) a node of a lower one. */
static inline uint32_t tree_ancestor(uint32_t node, unsigned level)
{
        return level == 0 ? node : (node >> (level + 1) << (level + 1)) | ((UINT32_C(1) << level) - 1);
}

/* node lies in the subtree of root, or is root. */
static inline bool tree_is_below(uint32_t node, uint32_t root)
{
        unsigned level = tree_level(root);

        return tree_level(node) <= level && tree_ancestor(node, level) == root;
}

/* The lowest node above, or at, both. */
static inline uint32_t tree_common_ancestor(uint32_t a, uint32_t b)
{
        uint32_t node = a;

        while (!tree_is_below(b, node))
                node = tree_parent(node);
        return node;
}

/* The first and the number of leaves (not nodes) in the subtree of a node. */
static inline uint32_t tree_first_leaf(uint32_t node)
{
        unsigned level = tree_level(node);

        return (node - ((UINT32_C(1) << level) - 1)) / 2;
}

static inline uint32_t tree_leaf_count(uint32_t node)
{
        return UINT32_C(1) << tree_level(node);
}
