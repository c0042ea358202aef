/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is refused, by its name; and that a refusal leaves not a byte of the state different. */
#include <sodium.h>
#include <string.h>

#include "e2ee/dh.h"
#include "e2ee/mls/message.h"
#include "e2ee/mls/protection.h"
#include "tests/unit/e2ee/mls-member.h"

enum { ALICE, BOB, CAROL, EVERYBODY };
static const char *const names[] = {"alice", "bob", "carol"};

typedef struct Group {
        Dice dice;
        Member members[EVERYBODY];
        Member guest;
} Group;

static void set_up(Group *group, const void *data)
{
        group->dice = (Dice){815};
        members_meet(group->members, names, EVERYBODY, &group->dice);
        member_init(&group->guest, "guest", &group->dice);
}

static void tear_down(Group *group, const void *data)
{
        members_part(group->members, EVERYBODY);
        member_deinit(&group->guest);
}

static void assert_same_state(const Member *member, const MlsBuffer *before)
{
        MlsBuffer after = member_state(member);

        g_assert_cmpmem(before->data, (int)before->size, after.data, (int)after.size);
        mls_buffer_deinit(&after);
}

/* Every bit matters, in a message of any kind; and what is refused changes nothing. */
static void assert_no_bit_can_change(Member *member, const MlsBuffer *message)
{
        MlsBuffer before = member_state(member);

        for (size_t i = 0; i < message->size; i++) {
                message->data[i] ^= (uint8_t)(1u << (i % 8));
                g_assert_cmpint(member_try_read(member, message), !=, 0);
                message->data[i] ^= (uint8_t)(1u << (i % 8));
        }
        for (size_t i = 0; i < message->size; i += 7) {
                MlsBuffer cut = {.data = message->data, .size = i};

                g_assert_cmpint(member_try_read(member, &cut), !=, 0);
        }
        assert_same_state(member, &before);
        mls_buffer_deinit(&before);
}

static void test_no_bit_can_change(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB];
        MlsProposal update = {.type = MLS_PROPOSAL_UPDATE};
        MlsCommitResult commit;
        MlsBuffer message = member_send(alice, "text");

        assert_no_bit_can_change(bob, &message);
        member_reads(bob, &message, "text");
        mls_buffer_deinit(&message);
        for (MlsWireFormat format = MLS_PUBLIC_MESSAGE; format <= MLS_PRIVATE_MESSAGE; format++) {
                g_assert_cmpint(mls_group_propose(alice->group, &update, NULL, format, NULL, &alice->context,
                                                  &message),
                                ==, 0);
                assert_no_bit_can_change(bob, &message);
                member_take(bob, &message);
                member_take(&group->members[CAROL], &message);
                mls_buffer_deinit(&message);
                g_assert_cmpint(mls_group_commit(group->members[CAROL].group,
                                                 &(MlsCommitOptions){.wire_format = format}, NULL,
                                                 &group->members[CAROL].context, &commit),
                                ==, 0);
                assert_no_bit_can_change(bob, &commit.commit);
                member_take(bob, &commit.commit);
                member_take(alice, &commit.commit);
                g_assert_cmpint(mls_group_keep_commit(group->members[CAROL].group, NULL, NULL), ==, 0);
                mls_commit_result_deinit(&commit);
        }
}

static void test_replays(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB];
        MlsBuffer message = member_send(alice, "once"), before;
        MlsCommitResult commit;

        member_reads(bob, &message, "once");
        before = member_state(bob);
        g_assert_cmpint(member_try_read(bob, &message), ==, MLS_REPEATED);
        assert_same_state(bob, &before);
        mls_buffer_deinit(&before);
        member_commit(alice, NULL, 0, &commit);
        member_take(bob, &commit.commit);
        before = member_state(bob);
        g_assert_cmpint(member_try_read(bob, &commit.commit), ==, MLS_EPOCH_GONE);
        assert_same_state(bob, &before);
        mls_buffer_deinit(&before);
        mls_buffer_deinit(&message);
        mls_commit_result_deinit(&commit);
}

static void test_other_group(Group *group, const void *data)
{
        MlsBuffer message;

        member_create(&group->guest, "another group");
        message = member_send(&group->guest, "x");
        g_assert_cmpint(member_try_read(&group->members[BOB], &message), ==, MLS_WRONG_GROUP);
        mls_buffer_deinit(&message);
}

/* A commit that refers to a proposal that has not come can be taken in once it has. */
static void test_proposal_comes_later(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB], *carol = &group->members[CAROL];
        MlsProposal update = {.type = MLS_PROPOSAL_UPDATE};
        MlsBuffer proposal, before;
        MlsCommitResult commit;

        g_assert_cmpint(mls_group_propose(bob->group, &update, NULL, 0, NULL, &bob->context, &proposal), ==,
                        0);
        member_take(alice, &proposal);
        member_commit(alice, NULL, 0, &commit);
        before = member_state(carol);
        g_assert_cmpint(member_try_read(carol, &commit.commit), ==, MLS_UNKNOWN_PROPOSAL);
        assert_same_state(carol, &before);
        member_take(carol, &proposal);
        member_take(carol, &commit.commit);
        member_take(bob, &commit.commit);
        g_assert_true(members_agree(alice, carol));
        g_assert_true(members_agree(alice, bob));
        mls_buffer_deinit(&before);
        mls_buffer_deinit(&proposal);
        mls_commit_result_deinit(&commit);
}

static int refuses_commit(Member *member, const MlsProposal *proposals, size_t count)
{
        MlsBuffer before = member_state(member);
        MlsCommitResult result;
        int r = mls_group_commit(member->group,
                                 &(MlsCommitOptions){.proposals = proposals, .proposal_count = count},
                                 &member->policy, &member->context, &result);

        g_assert_cmpint(r, >, 0);
        assert_same_state(member, &before);
        mls_buffer_deinit(&before);
        return r;
}

static void test_proposal_lists(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE];
        MlsProposal add = member_add(&group->guest), already = {0};
        MlsProposal remove_bob = {.type = MLS_PROPOSAL_REMOVE, .removed = BOB};
        MlsProposal remove_self = {.type = MLS_PROPOSAL_REMOVE, .removed = ALICE};
        MlsProposal remove_nobody = {.type = MLS_PROPOSAL_REMOVE, .removed = 3};
        MlsProposal far_away = {.type = MLS_PROPOSAL_REMOVE, .removed = UINT32_MAX};
        MlsProposal extensions = {.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS};
        MlsProposal external = {.type = MLS_PROPOSAL_EXTERNAL_INIT};
        MlsProposal update = {.type = MLS_PROPOSAL_UPDATE};

        member_make_package(&group->members[CAROL]);
        already = member_add(&group->members[CAROL]);
        g_assert_cmpint(refuses_commit(alice, (MlsProposal[]){remove_bob, remove_bob}, 2), ==,
                        MLS_INVALID_PROPOSALS);
        g_assert_cmpint(refuses_commit(alice, &remove_self, 1), ==, MLS_INVALID_PROPOSALS);
        g_assert_cmpint(refuses_commit(alice, &remove_nobody, 1), ==, MLS_INVALID_PROPOSAL);
        g_assert_cmpint(refuses_commit(alice, &far_away, 1), ==, MLS_INVALID_PROPOSALS);
        g_assert_cmpint(refuses_commit(alice, (MlsProposal[]){add, add}, 2), ==, MLS_INVALID_LEAF);
        g_assert_cmpint(refuses_commit(alice, &already, 1), ==, MLS_INVALID_LEAF);
        g_assert_cmpint(refuses_commit(alice, (MlsProposal[]){extensions, extensions}, 2), ==,
                        MLS_INVALID_PROPOSALS);
        g_assert_cmpint(refuses_commit(alice, &external, 1), ==, MLS_INVALID_PROPOSAL);
        g_assert_cmpint(refuses_commit(alice, &update, 1), ==, MLS_INVALID_PROPOSAL);
}

static void test_key_packages(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *guest = &group->guest;
        MlsProposal add = member_add(guest);

        alice->context.now_ms += UINT64_C(31) * 24 * 3600 * 1000;
        g_assert_cmpint(refuses_commit(alice, &add, 1), ==, MLS_EXPIRED);
        alice->context.now_ms -= UINT64_C(62) * 24 * 3600 * 1000;
        g_assert_cmpint(refuses_commit(alice, &add, 1), ==, MLS_EXPIRED);
        alice->context.now_ms += UINT64_C(31) * 24 * 3600 * 1000;
        alice->policy.lifetime_max_s = 10;
        g_assert_cmpint(refuses_commit(alice, &add, 1), ==, MLS_EXPIRED);
        alice->policy.lifetime_max_s = 0;
        /* Every bit of a key package is signed, but for its own signature, which no other bits can be. */
        for (size_t i = 0; i < guest->package.size; i++) {
                MlsProposal damaged = {.type = MLS_PROPOSAL_ADD};

                guest->package.data[i] ^= 4;
                if (mls_decode_key_package(mls_slice_of(&guest->package), &damaged.add) == 0)
                        g_assert_cmpint(mls_check_key_package(&damaged.add), >, 0);
                guest->package.data[i] ^= 4;
        }
}

static int check_credential(void *userdata, const MlsLeafNode *leaf, const MlsLeafNode *predecessor)
{
        return mls_slice_equal(leaf->credential.content, mls_string("guest"));
}

static int check_commit(void *userdata, const MlsCommitView *commit)
{
        /* Only the first leaf removes anybody. */
        for (size_t i = 0; i < commit->proposal_count; i++) {
                if (commit->proposals[i].proposal.type == MLS_PROPOSAL_REMOVE && commit->committer != 0)
                        return 1;
        }
        return 0;
}

static int check_proposal(void *userdata, const MlsGroup *group, const MlsProposal *proposal,
                          MlsSender sender)
{
        return proposal->type == MLS_PROPOSAL_REINIT;
}

static void test_application_decides(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB], *carol = &group->members[CAROL];
        MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE, .removed = ALICE},
                    add = member_add(&group->guest);
        MlsProposal reinit = {.type = MLS_PROPOSAL_REINIT,
                              .reinit = {.version = MLS_VERSION, .cipher_suite = MLS_CIPHER_SUITE}};
        MlsCommitResult commit;
        MlsBuffer before, message;

        alice->policy.check_credential = carol->policy.check_credential = check_credential;
        alice->policy.check_commit = carol->policy.check_commit = check_commit;
        g_assert_cmpint(refuses_commit(alice, &add, 1), ==, MLS_BAD_CREDENTIAL);
        g_assert_cmpint(refuses_commit(carol, &remove, 1), ==, MLS_FORBIDDEN);

        /* Bob does not keep to the rules; everybody else does, Alice too, who would be removed. */
        member_commit(bob, &remove, 1, &commit);
        before = member_state(alice);
        g_assert_cmpint(member_try_read(alice, &commit.commit), ==, MLS_FORBIDDEN);
        assert_same_state(alice, &before);
        g_assert_cmpint(member_try_read(carol, &commit.commit), ==, MLS_FORBIDDEN);
        mls_buffer_deinit(&before);
        mls_commit_result_deinit(&commit);

        g_assert_cmpint(mls_group_propose(carol->group, &reinit, NULL, 0, NULL, &carol->context, &message),
                        ==, 0);
        alice->policy.check_proposal = check_proposal;
        g_assert_cmpint(member_try_read(alice, &message), ==, MLS_FORBIDDEN);
        g_assert_cmpuint(mls_group_proposal_count(alice->group), ==, 0);
        mls_buffer_deinit(&message);
}

static void test_welcomes(Group *group, const void *data)
{
        MlsProposal add = member_add(&group->guest);
        MlsCommitResult result;
        MlsGroup *joined;
        Member *guest = &group->guest, *bob = &group->members[BOB];

        member_commit(&group->members[ALICE], &add, 1, &result);
        g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&bob->package),
                                       &bob->secrets, (MlsSlice){0}, NULL, NULL, &bob->context, &joined),
                        ==, MLS_UNKNOWN_KEY_PACKAGE);
        for (size_t i = 0; i < result.welcome.size; i++) {
                result.welcome.data[i] ^= 1;
                g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&guest->package),
                                               &guest->secrets, (MlsSlice){0}, NULL, &guest->policy,
                                               &guest->context, &joined),
                                >, 0);
                result.welcome.data[i] ^= 1;
        }
        /* In a group that continues none, where one was expected. */
        g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&guest->package),
                                       &guest->secrets, (MlsSlice){0}, bob->group, &guest->policy,
                                       &guest->context, &joined),
                        ==, MLS_WRONG_GROUP);
        guest->policy.check_credential = check_credential;
        g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&guest->package),
                                       &guest->secrets, (MlsSlice){0}, NULL, &guest->policy, &guest->context,
                                       &joined),
                        ==, MLS_BAD_CREDENTIAL);
        mls_commit_result_deinit(&result);
}

/* Of a stored group nothing is taken that does not fit together. */
static void test_stored_parts(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE];
        MlsBuffer old_tree, tree, state;
        MlsCommitResult commit;
        MlsGroup *loaded;

        g_assert_cmpint(mls_group_encode_tree(alice->group, &old_tree), ==, 0);
        member_commit(alice, NULL, 0, &commit);
        g_assert_cmpint(mls_group_encode_tree(alice->group, &tree), ==, 0);
        g_assert_cmpint(mls_group_encode_state(alice->group, &state), ==, 0);
        g_assert_cmpint(mls_group_decode(mls_slice_of(&old_tree), mls_slice_of(&state), &alice->context,
                                         &loaded),
                        ==, MLS_MALFORMED);
        for (size_t i = 0; i < state.size; i++)
                g_assert_cmpint(mls_group_decode(mls_slice_of(&tree), mls_slice(state.data, i),
                                                 &alice->context, &loaded),
                                ==, MLS_MALFORMED);
        mls_buffer_deinit(&old_tree);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
        mls_commit_result_deinit(&commit);
}

/* The list of small keys is the one that X25519 itself would tell. */
static void test_small_keys(Group *group, const void *data)
{
        for (unsigned i = 0; i < 256; i++) {
                DhPublicKey key = {{(uint8_t)i}}, high;

                high = key;
                high.bytes[31] = 0x80;
                g_assert_cmpint(mls_dh_key_is_usable(&key), ==, dh_public_key_is_usable(&key));
                g_assert_cmpint(mls_dh_key_is_usable(&high), ==, dh_public_key_is_usable(&high));
                memset(key.bytes, 0xff, sizeof(key.bytes));
                key.bytes[0] = (uint8_t)i;
                g_assert_cmpint(mls_dh_key_is_usable(&key), ==, dh_public_key_is_usable(&key));
                key.bytes[31] = 0x7f;
                g_assert_cmpint(mls_dh_key_is_usable(&key), ==, dh_public_key_is_usable(&key));
        }
        for (unsigned i = 0; i < 2; i++) {
                static const char *const hex[] = {
                                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                };
                DhPublicKey key;

                g_assert_cmpint(sodium_hex2bin(key.bytes, 32, hex[i], 64, NULL, NULL, NULL), ==, 0);
                g_assert_false(dh_public_key_is_usable(&key));
                g_assert_false(mls_dh_key_is_usable(&key));
        }
}

static void test_buckets(Group *group, const void *data)
{
        size_t before = 0;

        for (size_t size = 0; size < 300000; size += 37) {
                size_t bucket = mls_padded_size(size);

                g_assert_cmpuint(bucket, >=, size);
                g_assert_cmpuint(bucket, >=, before);
                g_assert_cmpuint(mls_padded_size(bucket), ==, bucket);
                if (size > 256)
                        g_assert_cmpuint(bucket, <=, size + size / 2);
                before = bucket;
        }
        g_assert_cmpuint(mls_padded_size(256), ==, 256);
        g_assert_cmpuint(mls_padded_size(257), ==, 384);
        g_assert_cmpuint(mls_padded_size(385), ==, 512);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/mls/refusals/" path, Group, NULL, set_up, function, tear_down)
        ADD("no-bit-can-change", test_no_bit_can_change);
        ADD("replays", test_replays);
        ADD("other-group", test_other_group);
        ADD("proposal-comes-later", test_proposal_comes_later);
        ADD("proposal-lists", test_proposal_lists);
        ADD("key-packages", test_key_packages);
        ADD("application-decides", test_application_decides);
        ADD("welcomes", test_welcomes);
        ADD("stored-parts", test_stored_parts);
        ADD("small-keys", test_small_keys);
        ADD("buckets", test_buckets);
        return g_test_run();
}
