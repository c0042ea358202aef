/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ratchet tree: its operations and its validation. */
#include "e2ee/mls/proposal.h"
#include "e2ee/mls/ratchet-tree.h"
#include "tests/vectors/mls-vectors.h"

static bool tree_is(JsonObject *test, MlsTree *tree, const char *member, const char *hash_member)
{
        const MlsHash *hash;
        MLS_WRITER(writer);

        mls_tree_write(&writer, tree);
        CHECK(vector_is(test, member, mls_written(&writer)));
        CHECK(mls_tree_hash(tree, tree_root(tree->leaves), &hash) == 0);
        return vector_is(test, hash_member, mls_hash_slice(hash));
}

static int apply(MlsTree *tree, const MlsProposal *proposal, uint32_t sender)
{
        uint32_t leaf;

        switch (proposal->type) {
        case MLS_PROPOSAL_ADD:
                return mls_tree_add(tree, proposal->add.leaf_node.encoded, &leaf);
        case MLS_PROPOSAL_UPDATE:
                return mls_tree_update(tree, sender, proposal->update.encoded);
        case MLS_PROPOSAL_REMOVE:
                return mls_tree_remove(tree, proposal->removed);
        case MLS_PROPOSAL_PSK:
        case MLS_PROPOSAL_REINIT:
        case MLS_PROPOSAL_EXTERNAL_INIT:
        case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
                break;
        }
        return MLS_UNSUPPORTED;
}

static bool run_tree_operations(JsonObject *test)
{
        __attribute__((cleanup(mls_tree_deinit))) MlsTree tree = {0};
        __attribute__((cleanup(mls_tree_delta_deinit))) MlsTreeDelta delta = {0};
        HEX(before, test, "tree_before");
        HEX(encoded, test, "proposal");
        MlsProposal proposal;

        CHECK(mls_tree_decode(&tree, before, vector_context()) == 0);
        CHECK(tree_is(test, &tree, "tree_before", "tree_hash_before"));
        CHECK(mls_decode_proposal(encoded, &proposal) == 0);
        mls_tree_record(&tree, &delta);
        CHECK(apply(&tree, &proposal, (uint32_t)vector_number(test, "proposal_sender")) == 0);
        CHECK(tree_is(test, &tree, "tree_after", "tree_hash_after"));
        /* And back, and forth again, as a commit does that is refused, or kept for later. */
        mls_tree_undo(&tree, &delta);
        CHECK(tree_is(test, &tree, "tree_before", "tree_hash_before"));
        CHECK(mls_tree_exchange(&tree, &delta) == 0);
        return tree_is(test, &tree, "tree_after", "tree_hash_after");
}

static bool check_resolution(const MlsTree *tree, uint32_t node, JsonArray *expected)
{
        __attribute__((cleanup(node_list_deinit))) NodeList list = {0};

        CHECK(mls_tree_resolution(tree, node, &list) == 0);
        CHECK(list.count == json_array_get_length(expected));
        for (size_t i = 0; i < list.count; i++)
                CHECK(list.nodes[i] == json_array_get_int_element(expected, (guint)i));
        return true;
}

static bool run_tree_validation(JsonObject *test)
{
        __attribute__((cleanup(mls_tree_deinit))) MlsTree tree = {0};
        JsonArray *resolutions = json_object_get_array_member(test, "resolutions");
        JsonArray *hashes = json_object_get_array_member(test, "tree_hashes");
        HEX(encoded, test, "tree");
        HEX(group_id, test, "group_id");
        const MlsHash *hash;

        CHECK(mls_tree_decode(&tree, encoded, vector_context()) == 0);
        CHECK(json_array_get_length(hashes) == tree_width(tree.leaves));
        CHECK(json_array_get_length(resolutions) == tree_width(tree.leaves));
        for (uint32_t node = 0; node < tree_width(tree.leaves); node++) {
                g_autoptr(GBytes) expected = vector_hex_node(json_array_get_element(hashes, node));

                CHECK(mls_tree_hash(&tree, node, &hash) == 0);
                CHECK(mls_slice_equal(vector_slice(expected), mls_hash_slice(hash)));
                CHECK(check_resolution(&tree, node, json_array_get_array_element(resolutions, node)));
        }
        CHECK(mls_tree_validate_parents(&tree) == 0);
        CHECK(mls_tree_validate_leaves(&tree, group_id) == 0);
        CHECK(mls_tree_validate_leaves(&tree, mls_string("another")) == (tree.leaves > 1 ? MLS_FORGED : 0) ||
              mls_tree_member_count(&tree) == 1);
        CHECK(mls_tree_validate(&tree, group_id, (MlsSlice){0}) == 0);
        return true;
}

const VectorKind vector_tree_operations = {"tree-operations",
                                           {"tree_before", "proposal", "proposal_sender", "tree_after"},
                                           run_tree_operations,
                                           true};
const VectorKind vector_tree_validation = {
                "tree-validation", {"tree", "group_id", "resolutions", "tree_hashes"}, run_tree_validation};
