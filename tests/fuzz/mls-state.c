/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stored group, which nobody but ourselves writes: what is accepted is written the same, and can be worked
 * with. The size of the tree in four bytes, the tree, the state.
 */
#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void work_with(MlsGroup *group, const E2eeContext *context)
{
        MlsCommitResult result;
        MlsBuffer message;

        if (mls_group_keep_commit(group, NULL, NULL) < 0)
                return;
        if (mls_group_send(group, mls_string("hello"), (MlsSlice){0}, context, &message) == 0)
                mls_buffer_deinit(&message);
        if (mls_group_commit(group, NULL, NULL, context, &result) == 0) {
                mls_commit_result_deinit(&result);
                mls_group_keep_commit(group, NULL, NULL);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const Party *all = party();
        PartyMember random = all->members[0];
        ByteReader reader = byte_reader(data, size);
        size_t tree_size = read_u32(&reader);
        const uint8_t *tree = read_view(&reader, tree_size);
        MlsBuffer again;
        MlsGroup *group;

        random.context.userdata = &random.random;
        if (!tree || mls_group_decode(mls_slice(tree, tree_size), mls_slice(reader.data, reader.left),
                                      &random.context, &group) != 0)
                return 0;
        again = party_store(group);
        party_expect(mls_slice_equal(mls_slice_of(&again), mls_slice(data, size)));
        mls_buffer_deinit(&again);
        work_with(group, &random.context);
        mls_group_free(group);
        return 0;
}
