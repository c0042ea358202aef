/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Life in an MLS group: who comes and goes, what is proposed and committed, what is read. */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/mls-member.h"

enum { ALICE, BOB, CAROL, DAVE, EVERYBODY };
static const char *const names[] = {"alice", "bob", "carol", "dave"};

typedef struct Group {
        Dice dice;
        Member members[EVERYBODY];
} Group;

static void set_up(Group *group, const void *data)
{
        group->dice = (Dice){42};
        members_meet(group->members, names, EVERYBODY, &group->dice);
}

static void tear_down(Group *group, const void *data)
{
        members_part(group->members, EVERYBODY);
}

static void all_agree(Group *group)
{
        for (unsigned i = 1; i < EVERYBODY; i++)
                g_assert_true(members_agree(&group->members[0], &group->members[i]));
}

/* A commit of one member is taken in by all others. */
static void commit_by(Group *group, unsigned by, const MlsProposal *proposals, size_t count)
{
        MlsCommitResult result;

        member_commit(&group->members[by], proposals, count, &result);
        for (unsigned i = 0; i < EVERYBODY; i++) {
                if (i != by && mls_group_status(group->members[i].group) == MLS_GROUP_ACTIVE)
                        member_take(&group->members[i], &result.commit);
        }
        mls_commit_result_deinit(&result);
}

static void propose(Group *group, unsigned by, const MlsProposal *proposal, MlsWireFormat wire_format)
{
        MlsBuffer message;

        g_assert_cmpint(mls_group_propose(group->members[by].group, proposal, NULL, wire_format,
                                          &group->members[by].policy, &group->members[by].context, &message),
                        ==, 0);
        for (unsigned i = 0; i < EVERYBODY; i++) {
                if (i != by)
                        member_take(&group->members[i], &message);
        }
        mls_buffer_deinit(&message);
}

static void test_talks(Group *group, const void *data)
{
        for (unsigned i = 0; i < EVERYBODY; i++) {
                MlsBuffer message = member_send(&group->members[i], names[i]);

                for (unsigned j = 0; j < EVERYBODY; j++) {
                        if (i == j)
                                g_assert_cmpint(member_try_read(&group->members[j], &message), ==,
                                                MLS_OWN_MESSAGE);
                        else
                                member_reads(&group->members[j], &message, names[i]);
                }
                mls_buffer_deinit(&message);
        }
}

static void test_hides_sizes(Group *group, const void *data)
{
        MlsBuffer one = member_send(&group->members[ALICE], "a"),
                  other = member_send(&group->members[ALICE], "about");

        g_assert_cmpuint(one.size, ==, other.size);
        mls_buffer_deinit(&one);
        mls_buffer_deinit(&other);
}

static void test_renews(Group *group, const void *data)
{
        MlsSecret before, after;

        mls_group_epoch_authenticator(group->members[ALICE].group, &before);
        for (unsigned i = 0; i < EVERYBODY; i++)
                commit_by(group, i, NULL, 0);
        mls_group_epoch_authenticator(group->members[ALICE].group, &after);
        g_assert_cmpint(memcmp(&before, &after, sizeof(before)), !=, 0);
        all_agree(group);
        test_talks(group, data);
}

static void test_removes(Group *group, const void *data)
{
        MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE, .removed = BOB};
        MlsCommitResult result;
        MlsReceived received;
        MlsBuffer message;

        member_commit(&group->members[ALICE], &remove, 1, &result);
        g_assert_cmpint(member_receive(&group->members[BOB], &result.commit, &received), ==, 0);
        g_assert_true(received.removed_us);
        g_assert_cmpuint(received.change_count, ==, 2);
        mls_received_deinit(&received);
        member_take(&group->members[CAROL], &result.commit);
        g_assert_cmpuint(mls_group_member_count(group->members[CAROL].group), ==, 3);
        g_assert_null(mls_group_member(group->members[CAROL].group, BOB));

        message = member_send(&group->members[CAROL], "without bob");
        member_reads(&group->members[ALICE], &message, "without bob");
        g_assert_cmpint(member_try_read(&group->members[BOB], &message), ==, MLS_EPOCH_AHEAD);
        g_assert_cmpint(mls_group_send(group->members[BOB].group, mls_string("x"), (MlsSlice){0},
                                       &group->members[BOB].context, &(MlsBuffer){0}),
                        ==, MLS_NOT_ACTIVE);
        mls_buffer_deinit(&message);
        mls_commit_result_deinit(&result);
}

static void test_proposals_by_reference(Group *group, const void *data)
{
        MlsProposal update = {.type = MLS_PROPOSAL_UPDATE},
                    remove = {.type = MLS_PROPOSAL_REMOVE, .removed = DAVE};
        MlsLeafNode before = *mls_group_member(group->members[ALICE].group, BOB);
        uint8_t key[32];

        memcpy(key, before.encryption_key.data, 32);
        propose(group, BOB, &update, 0);
        propose(group, CAROL, &remove, MLS_PUBLIC_MESSAGE);
        g_assert_cmpint(mls_group_send(group->members[ALICE].group, mls_string("x"), (MlsSlice){0},
                                       &group->members[ALICE].context, &(MlsBuffer){0}),
                        ==, MLS_COMMIT_FIRST);
        for (unsigned i = 0; i < EVERYBODY; i++)
                member_restart(&group->members[i]);
        commit_by(group, ALICE, NULL, 0);
        g_assert_cmpuint(mls_group_member_count(group->members[BOB].group), ==, 3);
        g_assert_cmpint(memcmp(mls_group_member(group->members[CAROL].group, BOB)->encryption_key.data, key,
                               32),
                        !=, 0);
        g_assert_true(members_agree(&group->members[BOB], &group->members[CAROL]));
        /* Bob can go on with the key of his update. */
        commit_by(group, BOB, NULL, 0);
        g_assert_true(members_agree(&group->members[BOB], &group->members[ALICE]));
}

static void test_prefers_removal_and_newest_update(Group *group, const void *data)
{
        MlsProposal update = {.type = MLS_PROPOSAL_UPDATE},
                    remove = {.type = MLS_PROPOSAL_REMOVE, .removed = CAROL};

        propose(group, BOB, &update, 0);
        propose(group, BOB, &update, 0);
        propose(group, CAROL, &update, 0);
        propose(group, DAVE, &remove, 0);
        commit_by(group, ALICE, NULL, 0);
        g_assert_null(mls_group_member(group->members[BOB].group, CAROL));
        g_assert_true(members_agree(&group->members[ALICE], &group->members[BOB]));
        g_assert_true(members_agree(&group->members[ALICE], &group->members[DAVE]));
}

static void test_first_commit_wins(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB];
        MlsCommitResult of_alice, of_bob;

        g_assert_cmpint(mls_group_commit(alice->group, NULL, NULL, &alice->context, &of_alice), ==, 0);
        g_assert_cmpint(mls_group_commit(bob->group, NULL, NULL, &bob->context, &of_bob), ==, 0);
        g_assert_cmpint(mls_group_commit(bob->group, NULL, NULL, &bob->context, &(MlsCommitResult){0}), ==,
                        MLS_COMMIT_PENDING);
        member_restart(alice);
        member_restart(bob);
        g_assert_true(mls_group_is_pending(alice->group, mls_slice_of(&of_alice.commit)));
        g_assert_false(mls_group_is_pending(alice->group, mls_slice_of(&of_bob.commit)));
        g_assert_cmpint(member_try_read(alice, &of_alice.commit), ==, MLS_OWN_MESSAGE);
        g_assert_cmpint(mls_group_keep_commit(alice->group, NULL, NULL), ==, 0);
        for (unsigned i = BOB; i < EVERYBODY; i++)
                member_take(&group->members[i], &of_alice.commit);
        g_assert_false(mls_group_has_pending(bob->group));
        g_assert_cmpint(member_try_read(alice, &of_bob.commit), ==, MLS_EPOCH_GONE);
        all_agree(group);
        mls_commit_result_deinit(&of_alice);
        mls_commit_result_deinit(&of_bob);
}

static void test_late_messages(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB];
        MlsBuffer messages[6];

        for (unsigned i = 0; i < 6; i++) {
                messages[i] = member_send(alice, "late");
                if (i == 0)
                        mls_group_keep_epochs(bob->group, 4);
                commit_by(group, i % 2 ? CAROL : ALICE, NULL, 0);
        }
        member_restart(bob);
        g_assert_cmpint(member_try_read(bob, &messages[0]), ==, MLS_EPOCH_GONE);
        g_assert_cmpint(member_try_read(bob, &messages[1]), ==, MLS_EPOCH_GONE);
        for (unsigned i = 2; i < 6; i++) {
                member_reads(bob, &messages[i], "late");
                g_assert_cmpint(member_try_read(bob, &messages[i]), ==, MLS_REPEATED);
        }
        for (unsigned i = 0; i < 6; i++)
                mls_buffer_deinit(&messages[i]);
}

static void test_late_message_of_removed(Group *group, const void *data)
{
        MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE, .removed = DAVE};
        MlsBuffer message = member_send(&group->members[DAVE], "my last words");

        commit_by(group, ALICE, &remove, 1);
        member_reads(&group->members[BOB], &message, "my last words");
        mls_buffer_deinit(&message);
}

static void test_out_of_order(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB];
        MlsBuffer messages[5];

        for (unsigned i = 0; i < 5; i++)
                messages[i] = member_send(alice, "five");
        member_reads(bob, &messages[4], "five");
        member_restart(bob);
        member_reads(bob, &messages[1], "five");
        member_reads(bob, &messages[3], "five");
        g_assert_cmpint(member_try_read(bob, &messages[3]), ==, MLS_REPEATED);
        member_reads(bob, &messages[0], "five");
        member_reads(bob, &messages[2], "five");
        for (unsigned i = 0; i < 5; i++)
                mls_buffer_deinit(&messages[i]);
}

static void test_jump_is_limited(Group *group, const void *data)
{
        Member *alice = &group->members[ALICE], *bob = &group->members[BOB];
        MlsBuffer last = {0}, within;

        for (unsigned i = 0; i <= MLS_JUMP_MAX; i++) {
                mls_buffer_deinit(&last);
                last = member_send(alice, "many");
        }
        within = last;
        last = member_send(alice, "too many");
        g_assert_cmpint(member_try_read(bob, &last), ==, MLS_TOO_FAR);
        member_reads(bob, &within, "many");
        member_reads(bob, &last, "too many");
        mls_buffer_deinit(&last);
        mls_buffer_deinit(&within);
}

static void test_exports(Group *group, const void *data)
{
        uint8_t of_alice[100], of_bob[100], other[100];

        mls_group_export(group->members[ALICE].group, mls_string("label"), mls_string("context"), of_alice,
                         100);
        mls_group_export(group->members[BOB].group, mls_string("label"), mls_string("context"), of_bob, 100);
        mls_group_export(group->members[BOB].group, mls_string("label"), mls_string("other"), other, 100);
        g_assert_cmpmem(of_alice, 100, of_bob, 100);
        g_assert_cmpint(memcmp(of_alice, other, 100), !=, 0);
        g_assert_cmpint(mls_group_export(group->members[BOB].group, mls_string("label"), (MlsSlice){0},
                                         other, MLS_EXPORT_MAX + 1),
                        ==, MLS_TOO_LARGE);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/mls/group/" path, Group, NULL, set_up, function, tear_down)
        ADD("talks", test_talks);
        ADD("hides-sizes", test_hides_sizes);
        ADD("renews", test_renews);
        ADD("removes", test_removes);
        ADD("proposals-by-reference", test_proposals_by_reference);
        ADD("prefers-removal-and-newest-update", test_prefers_removal_and_newest_update);
        ADD("first-commit-wins", test_first_commit_wins);
        ADD("late-messages", test_late_messages);
        ADD("late-message-of-removed", test_late_message_of_removed);
        ADD("out-of-order", test_out_of_order);
        ADD("jump-is-limited", test_jump_is_limited);
        ADD("exports", test_exports);
        return g_test_run();
}
