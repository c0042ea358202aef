/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/group-party.h"

#include <sodium.h>
#include <stdlib.h>

void group_party_expect(bool holds)
{
        if (!holds)
                abort();
}

/* xorshift64*: the same bytes in each run. */
static void fill(void *userdata, uint8_t *out, size_t size)
{
        uint64_t *state = userdata;

        for (size_t i = 0; i < size; i++) {
                *state ^= *state >> 12;
                *state ^= *state << 25;
                *state ^= *state >> 27;
                out[i] = (uint8_t)(*state * UINT64_C(0x2545f4914f6cdd1d) >> 56);
        }
}

static int find_package(void *userdata, const GroupReference *reference, MlsBuffer *secret_part)
{
        const GroupPartyMember *member = userdata;

        if (memcmp(reference, &member->package.reference, sizeof(*reference)) != 0)
                return 1;
        return mls_buffer_init(secret_part, mls_slice_of(&member->package.secret_part));
}

static void member_init(GroupPartyMember *member, unsigned number)
{
        static const char *const names[] = {"ann", "ben", "cat", "guest"};

        member->random = 1 + number;
        member->context = (E2eeContext){
                        .fill = fill, .userdata = &member->random, .now_ms = UINT64_C(1750000000000)};
        identity_generate(&member->identity, &member->context);
        member->self = (GroupSelf){.address = {.device_id = 1}, .identity = &member->identity};
        memcpy(member->self.address.name, names[number], strlen(names[number]));
        group_party_expect(group_package_make(&member->self, GROUP_PACKAGE_ONE_TIME, &member->context,
                                              &member->package) == 0);
}

GroupChange group_party_add(const GroupPartyMember *whom)
{
        return (GroupChange){.kind = GROUP_ADD,
                             .member = {.address = whom->self.address,
                                        .identity_key = whom->identity.public_identity.signing_key},
                             .package = mls_slice_of(&whom->package.public_part)};
}

static void meet(GroupParty *party)
{
        GroupPartyMember *first = &party->members[0];
        GroupChange adds[GROUP_PARTY_MEMBERS - 1];
        GroupCommit commit;
        GroupJoined joined;
        GroupEvent event;

        for (unsigned i = 0; i < GROUP_PARTY_SIZE; i++)
                member_init(&party->members[i], i);
        for (unsigned i = 1; i < GROUP_PARTY_MEMBERS; i++)
                adds[i - 1] = group_party_add(&party->members[i]);
        group_party_expect(group_session_create(&first->self, "party", &first->context, &first->session) ==
                           0);
        group_party_expect(group_session_commit(first->session, &first->self, adds, GROUP_PARTY_MEMBERS - 1,
                                                &first->context, &commit) == 0);
        group_party_expect(group_session_accept(first->session, &event) == 0);
        group_event_deinit(&event);
        for (unsigned i = 1; i < GROUP_PARTY_MEMBERS; i++) {
                GroupPartyMember *member = &party->members[i];
                GroupPackageSource source = {.find = find_package, .userdata = member};

                group_party_expect(group_session_join(&member->self, mls_slice_of(&commit.welcome), &source,
                                                      &member->context, &member->session, &joined) == 0);
        }
        group_commit_deinit(&commit);
}

GroupParty *group_party(void)
{
        static GroupParty *only;

        if (only)
                return only;
        group_party_expect(sodium_init() >= 0);
        only = calloc(1, sizeof(*only));
        group_party_expect(only != NULL);
        meet(only);
        return only;
}

MlsBuffer group_party_store(const GroupSession *session)
{
        MlsBuffer tree, state, out;
        MLS_WRITER(writer);

        group_party_expect(group_session_encode_tree(session, &tree) == 0 &&
                           group_session_encode_state(session, &state) == 0);
        mls_write_u32(&writer, (uint32_t)tree.size);
        mls_write_slice(&writer, mls_slice_of(&tree));
        mls_write_slice(&writer, mls_slice_of(&state));
        group_party_expect(mls_writer_finish(&writer, &out) == 0);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
        return out;
}

int group_party_load(MlsSlice stored, const E2eeContext *context, GroupSession **out)
{
        ByteReader reader = mls_reader(stored);
        size_t tree_size = read_u32(&reader);
        const uint8_t *tree = read_view(&reader, tree_size);

        *out = NULL;
        if (!tree)
                return MLS_MALFORMED;
        return group_session_decode(mls_slice(tree, tree_size), mls_slice(reader.data, reader.left), context,
                                    out);
}
