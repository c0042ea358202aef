/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A proposal or a commit that a member has signed, whatever it says: the most that anybody can do to a
 * group. What is refused leaves not a byte different.
 */
#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static MlsGroup *group;
        static MlsBuffer before;
        const Party *all = party();
        MlsBuffer message, after;
        MlsReceived received;
        int r;

        if (!group) {
                group = party_load(all);
                before = party_store(group);
        }
        message = party_insider_message(all->members[1].group, mls_slice(data, size));
        r = mls_group_receive(group, mls_slice_of(&message), NULL, &all->members[0].context, &received);
        party_expect(r >= 0);
        mls_buffer_deinit(&message);
        mls_received_deinit(&received);
        after = party_store(group);
        if (r != 0) {
                party_expect(mls_slice_equal(mls_slice_of(&before), mls_slice_of(&after)));
                mls_buffer_deinit(&after);
                return 0;
        }
        mls_buffer_deinit(&before);
        mls_buffer_deinit(&after);
        group = mls_group_free(group);
        return 0;
}
