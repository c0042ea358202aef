/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ratchet tree, of which only its form is known: it can be written, hashed, validated and changed, and
 * each change undone. The first byte chooses a leaf.
 */
#include <stdlib.h>

#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_written(const MlsTree *tree, MlsSlice expected)
{
        MLS_WRITER(writer);

        mls_tree_write(&writer, tree);
        party_expect(mls_slice_equal(mls_written(&writer), expected));
}

static void expect_hash(MlsTree *tree, const MlsHash *expected)
{
        const MlsHash *hash;

        party_expect(mls_tree_hash(tree, tree_root(tree->leaves), &hash) == 0);
        party_expect(memcmp(hash, expected, sizeof(*hash)) == 0);
}

static void change(MlsTree *tree, uint32_t leaf)
{
        const MlsLeaf *content = mls_tree_leaf(tree, leaf);
        MlsBuffer copy;
        uint32_t added;

        if (content) {
                party_expect(mls_buffer_init(&copy, content->node.encoded) == 0);
                party_expect(mls_tree_remove(tree, leaf) == 0);
                party_expect(mls_tree_add(tree, mls_slice_of(&copy), &added) == 0);
                party_expect(mls_tree_update(tree, added, mls_slice_of(&copy)) == 0);
                mls_buffer_deinit(&copy);
        }
        if (mls_tree_extend(tree) == 0)
                party_expect(mls_tree_truncate(tree) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const Party *all = party();
        MlsSlice encoded = mls_slice(data + 1, size > 0 ? size - 1 : 0);
        NodeList resolution = {0};
        MlsTreeDelta delta = {0};
        MlsPathStep steps[MLS_LEVELS_MAX];
        const MlsHash *hash;
        MlsHash before;
        MlsTree tree;

        if (size == 0)
                return 0;
        if (mls_tree_decode(&tree, encoded, &all->members[0].context) == 0) {
                expect_written(&tree, encoded);
                party_expect(mls_tree_hash(&tree, tree_root(tree.leaves), &hash) == 0);
                before = *hash;
                if (mls_tree_validate(&tree, mls_string("party"), (MlsSlice){0}) == 0) {
                        party_expect(mls_tree_resolution(&tree, tree_root(tree.leaves), &resolution) == 0);
                        mls_tree_record(&tree, &delta);
                        change(&tree, data[0] % tree.leaves);
                        mls_tree_undo(&tree, &delta);
                        mls_tree_delta_deinit(&delta);
                        expect_written(&tree, encoded);
                        expect_hash(&tree, &before);
                }
                mls_tree_filtered_path(&tree, data[0] % tree.leaves, steps);
        }
        mls_tree_deinit(&tree);
        node_list_deinit(&resolution);
        return 0;
}
