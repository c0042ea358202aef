/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ratchet_tree extension (RFC 9420 section 12.4.3.3). */
#include <errno.h>

#include "e2ee/mls/ratchet-tree.h"

enum { NODE_LEAF = 1, NODE_PARENT = 2 };

void mls_read_tree_node(ByteReader *reader, MlsNodeForm *out)
{
        uint8_t type = 0;

        *out = (MlsNodeForm){.is_there = read_bool(reader)};
        if (out->is_there)
                type = read_u8(reader);
        if (type == NODE_LEAF) {
                out->is_leaf = true;
                mls_read_leaf_node(reader, &out->leaf);
        } else if (type == NODE_PARENT) {
                out->encryption_key = mls_read_vector(reader);
                out->parent_hash = mls_read_vector(reader);
                out->unmerged = mls_read_vector(reader);
                if (out->unmerged.size % 4 != 0)
                        reader->failed = true;
        } else if (out->is_there) {
                reader->failed = true;
        }
}

void mls_write_tree_node(MlsWriter *writer, const MlsNodeForm *node)
{
        mls_write_u8(writer, node->is_there);
        if (!node->is_there)
                return;
        mls_write_u8(writer, node->is_leaf ? NODE_LEAF : NODE_PARENT);
        if (node->is_leaf) {
                mls_write_leaf_node(writer, &node->leaf);
                return;
        }
        mls_write_vector(writer, node->encryption_key);
        mls_write_vector(writer, node->parent_hash);
        mls_write_vector(writer, node->unmerged);
}

/* As the suite has it: keys and hashes of 32 bytes; unmerged leaves in increasing order (section 7.1). */
static int make_parent(const MlsNodeForm *form, MlsParent **out)
{
        ByteReader numbers = mls_reader(form->unmerged);
        uint32_t before = 0;
        DhPublicKey key;

        if (!mls_dh_key_from(form->encryption_key, &key) ||
            (form->parent_hash.size != 0 && form->parent_hash.size != MLS_HASH_SIZE))
                return MLS_INVALID_TREE;
        for (size_t i = 0; i < form->unmerged.size / 4; i++) {
                uint32_t leaf = read_u32(&numbers);

                if (i > 0 && leaf <= before)
                        return MLS_INVALID_TREE;
                before = leaf;
        }
        *out = mls_parent_new(&key, form->unmerged.size / 4);
        if (!*out)
                return -ENOMEM;
        (*out)->parent_hash_size = form->parent_hash.size;
        if (form->parent_hash.size > 0)
                memcpy((*out)->parent_hash.bytes, form->parent_hash.data, form->parent_hash.size);
        numbers = mls_reader(form->unmerged);
        for (size_t i = 0; i < (*out)->unmerged_count; i++)
                (*out)->unmerged[i] = read_u32(&numbers);
        return 0;
}

static int read_node(ByteReader *reader, uint32_t node, MlsNodeContent *out)
{
        MlsNodeForm form;

        *out = (MlsNodeContent){0};
        mls_read_tree_node(reader, &form);
        if (reader->failed || (form.is_there && form.is_leaf != tree_is_leaf(node)))
                return MLS_MALFORMED;
        if (!form.is_there)
                return 0;
        return form.is_leaf ? mls_leaf_new(form.leaf.encoded, &out->leaf) : make_parent(&form, &out->parent);
}

int mls_tree_decode(MlsTree *out, MlsSlice encoded, const E2eeContext *context)
{
        ByteReader outer = mls_reader(encoded), reader;
        MlsNodeContent content = {0};
        uint32_t node = 0;
        int r;

        r = mls_tree_init(out, context);
        if (r != 0)
                return r;
        reader = mls_reader(mls_read_vector(&outer));
        if (!reader_done(&outer) || reader.left == 0)
                return MLS_MALFORMED;
        for (; reader.left > 0; node++) {
                r = read_node(&reader, node, &content);
                while (r == 0 && node >= tree_width(out->leaves))
                        r = mls_tree_extend(out);
                if (r != 0) {
                        free(content.any);
                        return r == MLS_GROUP_FULL ? MLS_TOO_LARGE : r;
                }
                if (reader.left == 0 && !content.any)
                        return MLS_MALFORMED; /* ends with a blank node */
                r = mls_tree_set(out, node, content);
                content.any = NULL;
                if (r != 0)
                        return r;
        }
        return 0;
}

void mls_tree_write(MlsWriter *writer, const MlsTree *tree)
{
        uint32_t width = tree_width(tree->leaves);
        size_t begin = mls_begin_vector(writer);

        while (width > 1 && !tree->nodes[width - 1].content.any)
                width--;
        for (uint32_t node = 0; node < width; node++) {
                MlsNodeContent content = tree->nodes[node].content;

                mls_write_u8(writer, content.any != NULL);
                if (!content.any)
                        continue;
                mls_write_u8(writer, tree_is_leaf(node) ? NODE_LEAF : NODE_PARENT);
                if (tree_is_leaf(node))
                        mls_write_slice(writer, content.leaf->node.encoded);
                else
                        mls_write_parent(writer, content.parent);
        }
        mls_end_vector(writer, begin);
}
