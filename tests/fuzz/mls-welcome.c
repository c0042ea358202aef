/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A welcome whose maker knows how to encrypt and to sign, and says whatever it wants. See
 * party_insider_welcome(). Who has joined can send.
 */
#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const Party *all = party();
        PartyMember guest = all->members[PARTY_GUEST];
        MlsBuffer welcome, message;
        MlsGroup *group;

        guest.context.userdata = &guest.random;
        if (!party_insider_welcome(all, mls_slice(data, size), &welcome))
                return 0;
        if (mls_group_join(mls_slice_of(&welcome), mls_slice_of(&guest.package), &guest.secrets,
                           (MlsSlice){0}, NULL, NULL, &guest.context, &group) == 0) {
                party_expect(mls_group_send(group, mls_string("hello"), (MlsSlice){0}, &guest.context,
                                            &message) == 0);
                mls_buffer_deinit(&message);
                mls_group_free(group);
        }
        mls_buffer_deinit(&welcome);
        return 0;
}
