/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/leaf-node.h"
#include "e2ee/mls/limits.h"
#include "e2ee/mls/tree-index.h"
#include "e2ee/mls/tree-math.h"

/*
 * The ratchet tree (RFC 9420 section 7): its public part, which all members share.
 *
 * Nodes lie in one array in the order of Appendix C. Each has its tree hash cached, and the number of
 * members below it, so that a change of one path costs as much as the tree is high. All changes go through
 * mls_tree_set(), which also writes them into a delta if one is being recorded: a commit is tried on the
 * tree itself, and undone if anything about it does not hold.
 */
typedef struct MlsLeaf {
        MlsLeafNode node; /* slices of bytes */
        DhPublicKey encryption_key;
        SigningPublicKey signature_key;
        uint8_t bytes[];
} MlsLeaf;

typedef struct MlsParent { /* section 7.1 */
        DhPublicKey encryption_key;
        size_t parent_hash_size; /* 0 or MLS_HASH_SIZE */
        MlsHash parent_hash;
        size_t unmerged_count;
        uint32_t unmerged[]; /* leaf indices, increasing */
} MlsParent;

typedef union MlsNodeContent { /* what a node holds; NULL where it is blank */
        MlsLeaf *leaf;         /* of even nodes */
        MlsParent *parent;     /* of odd ones */
        void *any;
} MlsNodeContent;

typedef struct MlsTreeNode {
        MlsNodeContent content;
        uint32_t members; /* leaves at or below it that are not blank */
        bool hash_is_valid;
        bool in_delta; /* what it held before is in the delta that is being recorded */
        MlsHash hash;
} MlsTreeNode;

/* What to exchange in a tree to get to another state of it. Doing it again comes back. */
typedef struct MlsTreeDelta {
        uint32_t leaves;
        size_t count, capacity;
        struct MlsTreeChange {
                uint32_t node;
                MlsNodeContent content;
        } * changes;
} MlsTreeDelta;

typedef struct MlsTree {
        uint32_t leaves;   /* a power of two */
        uint32_t capacity; /* nodes that there is memory for */
        MlsTreeNode *nodes;
        KeyIndex encryption_keys, signature_keys;
        uint32_t credentials_used[3], credentials_supported[3]; /* members, by credential type */
        MlsTreeDelta *delta;                                    /* or NULL */
} MlsTree;

/* An empty tree of one blank leaf. Randomness is for the indices. 0 or -ENOMEM. */
int mls_tree_init(MlsTree *tree, const E2eeContext *context);
void mls_tree_deinit(MlsTree *tree);

/* Copies a leaf node. 0, MLS_INVALID_LEAF for keys that are not of the suite's form, or -ENOMEM. */
int mls_leaf_new(MlsSlice encoded, MlsLeaf **out);
MlsParent *mls_parent_new(const DhPublicKey *key, size_t unmerged_count); /* NULL: no memory */

/* The leaf at a leaf index, or NULL: blank, or no such leaf. */
const MlsLeaf *mls_tree_leaf(const MlsTree *tree, uint32_t leaf);
const MlsParent *mls_tree_parent(const MlsTree *tree, uint32_t node);
static inline uint32_t mls_tree_member_count(const MlsTree *tree)
{
        return tree->nodes[tree_root(tree->leaves)].members;
}
/* The public key of a node; NULL where it is blank. */
const DhPublicKey *mls_tree_key(const MlsTree *tree, uint32_t node);
/* The position of a leaf among the unmerged ones of a parent, or that of the first one behind it. */
static inline size_t mls_unmerged_position(const MlsParent *parent, uint32_t leaf)
{
        size_t low = 0, high = parent->unmerged_count;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (parent->unmerged[middle] < leaf)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static inline bool mls_parent_has_unmerged(const MlsParent *parent, uint32_t leaf)
{
        size_t at = mls_unmerged_position(parent, leaf);

        return at < parent->unmerged_count && parent->unmerged[at] == leaf;
}

/* How many unmerged leaves of a parent lie below, or at, a node. */
static inline size_t mls_unmerged_below(const MlsParent *parent, uint32_t node)
{
        uint32_t first = tree_first_leaf(node);

        return mls_unmerged_position(parent, first + tree_leaf_count(node)) -
               mls_unmerged_position(parent, first);
}

/* From here on, changes are written down in the delta, until it is ended. */
void mls_tree_record(MlsTree *tree, MlsTreeDelta *delta);
void mls_tree_end_record(MlsTree *tree);
/* Exchanges; no recording may be under way. 0, or -ENOMEM and nothing has changed. */
int mls_tree_exchange(MlsTree *tree, MlsTreeDelta *delta);
/* Ends the recording, and undoes what it has recorded. Cannot fail. */
void mls_tree_undo(MlsTree *tree, MlsTreeDelta *delta);
void mls_tree_delta_deinit(MlsTreeDelta *delta);

/* Takes the content, whatever it returns: 0 or -ENOMEM, and then the node is as it was. */
int mls_tree_set(MlsTree *tree, uint32_t node, MlsNodeContent content);
int mls_tree_blank_path(MlsTree *tree, uint32_t leaf); /* all parents of a leaf */

/* Section 7.7. extend: 0, MLS_GROUP_FULL or -ENOMEM. */
int mls_tree_extend(MlsTree *tree);
int mls_tree_truncate(MlsTree *tree);
/* The leftmost blank leaf; tree->leaves if there is none. */
uint32_t mls_tree_free_leaf(const MlsTree *tree);

/* Applying proposals (section 12.1.1 to 12.1.3). They take the leaf node, encoded. 0, a refusal or -ENOMEM.
 */
int mls_tree_add(MlsTree *tree, MlsSlice leaf_node, uint32_t *leaf);
int mls_tree_update(MlsTree *tree, uint32_t leaf, MlsSlice leaf_node);
int mls_tree_remove(MlsTree *tree, uint32_t leaf);

/* A growing list of nodes. */
typedef struct NodeList {
        uint32_t *nodes;
        size_t count, capacity;
} NodeList;
int node_list_add(NodeList *list, uint32_t node); /* 0 or -ENOMEM */
void node_list_deinit(NodeList *list);

/* Resolution (section 4.1.1), appended to the list. 0 or -ENOMEM. */
int mls_tree_resolution(const MlsTree *tree, uint32_t node, NodeList *out);

/* The filtered direct path (section 4.1.2) of a leaf, from the leaf up. */
typedef struct MlsPathStep {
        uint32_t node;
        uint32_t copath; /* its child on the copath */
} MlsPathStep;
size_t mls_tree_filtered_path(const MlsTree *tree, uint32_t leaf, MlsPathStep out[static MLS_LEVELS_MAX]);

/* Tree hashes (section 7.8). The pointer is good until the tree changes. 0 or -ENOMEM. */
int mls_tree_hash(MlsTree *tree, uint32_t node, const MlsHash **out);
/* The tree hash without the leaves of a parent that are unmerged (section 7.9). */
int mls_tree_original_hash(MlsTree *tree, uint32_t node, const MlsParent *parent, MlsHash *out);
/* The parent hash of a parent with this child on the copath (section 7.9). */
int mls_parent_hash(MlsTree *tree, uint32_t node, uint32_t copath, MlsHash *out);
/*
 * Right after an update path was put into the tree: sets the parent hashes along it, from the root down, and
 * gives that for the leaf; its size is 0 if the path is empty.
 */
int mls_tree_set_parent_hashes(MlsTree *tree, const MlsPathStep *path, size_t count, MlsHash *out,
                               size_t *out_size);

/* One optional<Node> of a ratchet_tree extension, of whatever suite. */
typedef struct MlsNodeForm {
        bool is_there, is_leaf;
        MlsLeafNode leaf;
        MlsSlice encryption_key, parent_hash, unmerged; /* of a parent; numbers of four bytes */
} MlsNodeForm;
void mls_read_tree_node(ByteReader *reader, MlsNodeForm *out);
void mls_write_tree_node(MlsWriter *writer, const MlsNodeForm *node);

/* Section 12.4.3.3. decode: 0, MLS_MALFORMED, MLS_TOO_LARGE or another refusal, -ENOMEM; out is always good
 * to deinit. */
int mls_tree_decode(MlsTree *out, MlsSlice encoded, const E2eeContext *context);
void mls_tree_write(MlsWriter *writer, const MlsTree *tree); /* the vector with its length */
void mls_write_parent(MlsWriter *writer, const MlsParent *parent);

/*
 * What a new member checks (section 12.4.3.1): parent hashes, unmerged leaves, unique keys, all leaf nodes,
 * and that they go with each other and with the group context's extensions. 0, MLS_INVALID_TREE,
 * MLS_INVALID_LEAF, MLS_FORGED, or -ENOMEM.
 */
int mls_tree_validate(MlsTree *tree, MlsSlice group_id, MlsSlice context_extensions);
/* Only the parents' part of it. */
int mls_tree_validate_parents(MlsTree *tree);
/* Only the leaves' signatures, and their keys' form. */
int mls_tree_validate_leaves(const MlsTree *tree, MlsSlice group_id);
/* A leaf that is in the tree goes with all others (section 7.3): its keys and credential types. */
int mls_tree_check_leaf(const MlsTree *tree, uint32_t index);
