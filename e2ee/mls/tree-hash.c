/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tree hashes (RFC 9420 section 7.8) and parent hashes (section 7.9). */
#include <errno.h>

#include "e2ee/mls/ratchet-tree.h"

enum { NODE_LEAF = 1, NODE_PARENT = 2 };

void mls_write_parent(MlsWriter *writer, const MlsParent *parent)
{
        size_t begin;

        mls_write_vector(writer, mls_slice(parent->encryption_key.bytes, sizeof(DhPublicKey)));
        mls_write_vector(writer, mls_slice(parent->parent_hash.bytes, parent->parent_hash_size));
        begin = mls_begin_vector(writer);
        for (size_t i = 0; i < parent->unmerged_count; i++)
                mls_write_u32(writer, parent->unmerged[i]);
        mls_end_vector(writer, begin);
}

static void hash_leaf(uint32_t node, const MlsLeaf *leaf, MlsHash *out)
{
        uint8_t head[1 + 4 + 1];
        ByteWriter writer = byte_writer(head, sizeof(head));
        const MlsSlice parts[] = {mls_slice(head, sizeof(head)), leaf ? leaf->node.encoded : (MlsSlice){0}};

        write_u8(&writer, NODE_LEAF);
        write_u32(&writer, node / 2);
        write_u8(&writer, leaf != NULL);
        mls_hash(parts, 2, out);
}

/* left_hash and right_hash: 32 bytes, behind the length of one byte. */
static int hash_parent(const MlsParent *parent, const MlsHash *left, const MlsHash *right, MlsHash *out)
{
        static const uint8_t length = MLS_HASH_SIZE;
        MLS_WRITER(head);

        mls_write_u8(&head, NODE_PARENT);
        mls_write_u8(&head, parent != NULL);
        if (parent)
                mls_write_parent(&head, parent);
        if (head.error != 0)
                return head.error;

        const MlsSlice parts[] = {mls_written(&head), mls_slice(&length, 1), mls_hash_slice(left),
                                  mls_slice(&length, 1), mls_hash_slice(right)};
        mls_hash(parts, 5, out);
        return 0;
}

/* As deep as the tree is high. */
int mls_tree_hash(MlsTree *tree, uint32_t node, const MlsHash **out)
{
        MlsTreeNode *entry = &tree->nodes[node];
        const MlsHash *left, *right;
        int r;

        if (!entry->hash_is_valid && tree_is_leaf(node)) {
                hash_leaf(node, entry->content.leaf, &entry->hash);
        } else if (!entry->hash_is_valid) {
                r = mls_tree_hash(tree, tree_left(node), &left);
                if (r == 0)
                        r = mls_tree_hash(tree, tree_right(node), &right);
                if (r == 0)
                        r = hash_parent(entry->content.parent, left, right, &entry->hash);
                if (r != 0)
                        return r;
        }
        entry->hash_is_valid = true;
        *out = &entry->hash;
        return 0;
}

/* A copy of a node's content without the leaves that are unmerged at a parent above it. */
static MlsParent *without_unmerged(const MlsParent *parent, const MlsParent *above)
{
        MlsParent *copy = mls_parent_new(&parent->encryption_key, parent->unmerged_count);

        if (!copy)
                return NULL;
        copy->parent_hash_size = parent->parent_hash_size;
        copy->parent_hash = parent->parent_hash;
        copy->unmerged_count = 0;
        for (size_t i = 0; i < parent->unmerged_count; i++) {
                if (!mls_parent_has_unmerged(above, parent->unmerged[i]))
                        copy->unmerged[copy->unmerged_count++] = parent->unmerged[i];
        }
        return copy;
}

int mls_tree_original_hash(MlsTree *tree, uint32_t node, const MlsParent *parent, MlsHash *out)
{
        const MlsParent *content;
        const MlsHash *cached;
        MlsParent *copy = NULL;
        MlsHash left, right;
        int r;

        if (mls_unmerged_below(parent, node) == 0) {
                r = mls_tree_hash(tree, node, &cached);
                if (r == 0)
                        *out = *cached;
                return r;
        }
        if (tree_is_leaf(node)) { /* then it is itself unmerged */
                hash_leaf(node, NULL, out);
                return 0;
        }
        content = mls_tree_parent(tree, node);
        if (content) {
                copy = without_unmerged(content, parent);
                if (!copy)
                        return -ENOMEM;
        }
        r = mls_tree_original_hash(tree, tree_left(node), parent, &left);
        if (r == 0)
                r = mls_tree_original_hash(tree, tree_right(node), parent, &right);
        if (r == 0)
                r = hash_parent(copy, &left, &right, out);
        free(copy);
        return r;
}

/* ParentHashInput. */
int mls_parent_hash(MlsTree *tree, uint32_t node, uint32_t copath, MlsHash *out)
{
        const MlsParent *parent = mls_tree_parent(tree, node);
        MlsHash sibling;
        MLS_WRITER(input);
        int r;

        r = mls_tree_original_hash(tree, copath, parent, &sibling);
        if (r != 0)
                return r;
        mls_write_vector(&input, mls_slice(parent->encryption_key.bytes, sizeof(DhPublicKey)));
        mls_write_vector(&input, mls_slice(parent->parent_hash.bytes, parent->parent_hash_size));
        mls_write_vector(&input, mls_hash_slice(&sibling));
        if (input.error != 0)
                return input.error;

        const MlsSlice written = mls_written(&input);
        mls_hash(&written, 1, out);
        return 0;
}

int mls_tree_set_parent_hashes(MlsTree *tree, const MlsPathStep *path, size_t count, MlsHash *out,
                               size_t *out_size)
{
        int r;

        *out_size = 0;
        for (size_t i = count; i-- > 0;) {
                MlsParent *parent = tree->nodes[path[i].node].content.parent;

                /* What an update path has put there belongs to the draft: nobody has seen its hash yet. */
                parent->parent_hash_size = *out_size;
                if (*out_size > 0)
                        parent->parent_hash = *out;
                r = mls_parent_hash(tree, path[i].node, path[i].copath, out);
                if (r != 0)
                        return r;
                *out_size = MLS_HASH_SIZE;
        }
        return 0;
}
