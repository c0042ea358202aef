/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What groups put into MLS, and beside it: settings, leaves with certificates, key packages, stored changes.
 * The first byte tells which. What is accepted encodes to the same bytes, where there is an encoder.
 */
#include "e2ee/group-package.h"
#include "e2ee/group-session.h"
#include "tests/fuzz/group-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_settings(MlsSlice input)
{
        GroupSettings settings;
        MLS_WRITER(writer);

        if (group_settings_read(input, &settings) != 0)
                return;
        group_party_expect(group_name_is_valid(settings.name) && settings.admin_count > 0);
        group_party_expect(group_settings_write(&settings, &writer) == 0);
        group_party_expect(mls_slice_equal(mls_written(&writer), input));
}

static void try_leaf(MlsSlice input)
{
        MlsLeafNode leaf;
        GroupMember member;

        if (mls_decode_leaf_node(input, &leaf) == 0 && group_leaf_verify(&leaf, &member) == 0)
                group_party_expect(group_user_name_is_valid(mls_string(member.address.name)));
}

static void try_changes(MlsSlice input)
{
        GroupChange *changes;
        MlsBuffer again;
        size_t count;

        if (group_changes_read(input, &changes, &count) != 0)
                return;
        group_party_expect(group_changes_write(changes, count, &again) == 0);
        group_party_expect(mls_slice_equal(mls_slice_of(&again), input));
        mls_buffer_deinit(&again);
        free(changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        MlsSlice input = mls_slice(data + 1, size > 0 ? size - 1 : 0);
        const GroupParty *all = group_party();
        GroupPackageSecret secret;
        GroupMessageHeader header;
        GroupMember member;

        switch (size > 0 ? data[0] : 0) {
        case 1:
                try_settings(input);
                break;
        case 2:
                try_leaf(input);
                break;
        case 3:
                group_package_read(input, &all->members[0].context, &member);
                break;
        case 4:
                group_package_read_secret(input, &secret);
                break;
        case 5:
                try_changes(input);
                break;
        case 6:
                group_message_peek(input, &header);
                break;
        default:
                break;
        }
        return 0;
}
