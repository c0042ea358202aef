/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/e2ee/mls-member.h"

#include <sodium.h>
#include <string.h>

#define NOW_MS UINT64_C(1750000000000)

static const uint8_t extension_types[] = {MEMBER_EXTENSION >> 8, MEMBER_EXTENSION & 0xff};

/* splitmix64, by Sebastiano Vigna: enough for tests, and the same everywhere. */
static uint64_t roll(Dice *dice)
{
        uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

uint32_t dice_below(Dice *dice, uint32_t bound)
{
        return (uint32_t)(roll(dice) % bound);
}

static void fill(void *userdata, uint8_t *out, size_t size)
{
        for (size_t i = 0; i < size; i++)
                out[i] = (uint8_t)roll(userdata);
}

void member_init(Member *member, const char *name, Dice *dice)
{
        SigningPublicKey public_key;
        uint8_t seed[32];

        *member = (Member){.dice = dice};
        g_strlcpy(member->name, name, sizeof(member->name));
        member->context = (E2eeContext){.fill = fill, .userdata = dice, .now_ms = NOW_MS};
        fill(dice, seed, sizeof(seed));
        crypto_sign_seed_keypair(public_key.bytes, member->signing_key.bytes, seed);
        member->client = (MlsClient){
                        .signing_key = &member->signing_key,
                        .credential = {.type = MLS_CREDENTIAL_BASIC, .content = mls_string(member->name)},
                        .extension_types = mls_slice(extension_types, sizeof(extension_types)),
                        .lifetime_s = 30 * 24 * 3600,
        };
        member->policy.extension_types = mls_slice(extension_types, sizeof(extension_types));
        member_make_package(member);
}

void member_deinit(Member *member)
{
        member->group = mls_group_free(member->group);
        mls_buffer_deinit(&member->package);
}

void member_make_package(Member *member)
{
        mls_buffer_deinit(&member->package);
        g_assert_cmpint(mls_key_package_generate(&member->client, &member->context, &member->secrets,
                                                 &member->package),
                        ==, 0);
}

MlsProposal member_add(const Member *member)
{
        MlsProposal proposal = {.type = MLS_PROPOSAL_ADD};

        g_assert_cmpint(mls_decode_key_package(mls_slice_of(&member->package), &proposal.add), ==, 0);
        return proposal;
}

void member_create(Member *member, const char *group_id)
{
        g_assert_cmpint(mls_group_create(&member->client, mls_string(group_id), (MlsSlice){0},
                                         &member->policy, &member->context, &member->group),
                        ==, 0);
}

void member_commit(Member *member, const MlsProposal *proposals, size_t count, MlsCommitResult *out)
{
        g_assert_cmpint(mls_group_commit(
                                        member->group,
                                        &(MlsCommitOptions){.proposals = proposals, .proposal_count = count},
                                        &member->policy, &member->context, out),
                        ==, 0);
        g_assert_cmpint(mls_group_keep_commit(member->group, NULL, NULL), ==, 0);
}

void member_join(Member *member, const MlsBuffer *welcome, const MlsGroup *predecessor)
{
        member->group = mls_group_free(member->group);
        g_assert_cmpint(mls_group_join(mls_slice_of(welcome), mls_slice_of(&member->package),
                                       &member->secrets, (MlsSlice){0}, predecessor, &member->policy,
                                       &member->context, &member->group),
                        ==, 0);
}

int member_receive(Member *member, const MlsBuffer *message, MlsReceived *out)
{
        int r = mls_group_receive(member->group, mls_slice_of(message), &member->policy, &member->context,
                                  out);

        g_assert_cmpint(r, >=, 0);
        return r;
}

void member_take(Member *member, const MlsBuffer *message)
{
        MlsReceived received;

        g_assert_cmpstr(mls_refusal_name(member_receive(member, message, &received)), ==, "?");
        mls_received_deinit(&received);
}

MlsBuffer member_send(Member *member, const char *text)
{
        MlsBuffer message;

        g_assert_cmpint(mls_group_send(member->group, mls_string(text), mls_string(member->name),
                                       &member->context, &message),
                        ==, 0);
        return message;
}

void member_reads(Member *member, const MlsBuffer *message, const char *text)
{
        MlsReceived received;
        MlsSlice data;

        g_assert_cmpstr(mls_refusal_name(member_receive(member, message, &received)), ==, "?");
        g_assert_cmpint(received.content.content.type, ==, MLS_APPLICATION);
        data = received.content.content.application_data;
        g_assert_cmpmem(data.data, (int)data.size, text, (int)strlen(text));
        mls_received_deinit(&received);
}

int member_try_read(Member *member, const MlsBuffer *message)
{
        MlsReceived received;
        int r = member_receive(member, message, &received);

        mls_received_deinit(&received);
        return r;
}

bool members_agree(const Member *a, const Member *b)
{
        MlsSecret of_a, of_b;

        mls_group_epoch_authenticator(a->group, &of_a);
        mls_group_epoch_authenticator(b->group, &of_b);
        return memcmp(&of_a, &of_b, sizeof(of_a)) == 0;
}

void member_restart(Member *member)
{
        MlsBuffer tree, state;

        g_assert_cmpint(mls_group_encode_tree(member->group, &tree), ==, 0);
        g_assert_cmpint(mls_group_encode_state(member->group, &state), ==, 0);
        mls_group_free(member->group);
        g_assert_cmpint(mls_group_decode(mls_slice_of(&tree), mls_slice_of(&state), &member->context,
                                         &member->group),
                        ==, 0);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
}

MlsBuffer member_state(const Member *member)
{
        MlsBuffer tree, state, both;

        g_assert_cmpint(mls_group_encode_tree(member->group, &tree), ==, 0);
        g_assert_cmpint(mls_group_encode_state(member->group, &state), ==, 0);
        both.size = tree.size + state.size;
        both.data = malloc(both.size);
        g_assert_nonnull(both.data);
        memcpy(both.data, tree.data, tree.size);
        memcpy(both.data + tree.size, state.data, state.size);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
        return both;
}

void members_meet(Member *members, const char *const *names, size_t count, Dice *dice)
{
        MlsProposal adds[16];
        MlsCommitResult result;

        g_assert_cmpuint(count, <=, 16);
        for (size_t i = 0; i < count; i++) {
                member_init(&members[i], names[i], dice);
                if (i > 0)
                        adds[i - 1] = member_add(&members[i]);
        }
        member_create(&members[0], "the group");
        member_commit(&members[0], adds, count - 1, &result);
        for (size_t i = 1; i < count; i++) {
                member_join(&members[i], &result.welcome, NULL);
                g_assert_true(members_agree(&members[0], &members[i]));
        }
        mls_commit_result_deinit(&result);
}

void members_part(Member *members, size_t count)
{
        for (size_t i = 0; i < count; i++)
                member_deinit(&members[i]);
}
