/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rarer operations: pre-shared keys, extensions, external joins and proposals, successors and branches.
 */
#include <sodium.h>
#include <string.h>

#include "e2ee/mls/message.h"
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
        group->dice = (Dice){4711};
        members_meet(group->members, names, EVERYBODY, &group->dice);
        member_init(&group->guest, "guest", &group->dice);
}

static void tear_down(Group *group, const void *data)
{
        members_part(group->members, EVERYBODY);
        member_deinit(&group->guest);
}

static void take_all(Group *group, const MlsBuffer *message, int but)
{
        for (int i = 0; i < EVERYBODY; i++) {
                if (i != but)
                        member_take(&group->members[i], message);
        }
}

static int refuses_commit(Member *member, const MlsProposal *proposals, size_t count)
{
        MlsCommitResult result;
        int r = mls_group_commit(member->group,
                                 &(MlsCommitOptions){.proposals = proposals, .proposal_count = count},
                                 &member->policy, &member->context, &result);

        g_assert_cmpint(r, >, 0);
        g_assert_false(mls_group_has_pending(member->group));
        return r;
}

static int find_psk(void *userdata, const MlsPskId *id, MlsBuffer *out)
{
        if (id->type != MLS_PSK_EXTERNAL || !mls_slice_equal(id->id, mls_string("the word")))
                return 1;
        return mls_buffer_init(out, mls_string("swordfish"));
}

static void test_psks(Group *group, const void *data)
{
        MlsProposal proposals[2] = {
                        {.type = MLS_PROPOSAL_PSK,
                         .psk = {.type = MLS_PSK_EXTERNAL, .id = mls_string("the word")}},
                        {.type = MLS_PROPOSAL_PSK,
                         .psk = {.type = MLS_PSK_RESUMPTION,
                                 .usage = MLS_PSK_FOR_APPLICATION,
                                 .group_id = mls_group_id(group->members[ALICE].group),
                                 .epoch = mls_group_epoch(group->members[ALICE].group)}},
        };
        MlsCommitResult result;
        MlsReceived received;

        g_assert_cmpint(refuses_commit(&group->members[ALICE], proposals, 2), ==, MLS_UNKNOWN_PSK);
        group->members[ALICE].policy.find_psk = group->members[BOB].policy.find_psk = find_psk;
        member_commit(&group->members[ALICE], proposals, 2, &result);
        member_take(&group->members[BOB], &result.commit);
        g_assert_true(members_agree(&group->members[ALICE], &group->members[BOB]));
        g_assert_cmpint(member_receive(&group->members[CAROL], &result.commit, &received), ==,
                        MLS_UNKNOWN_PSK);
        mls_commit_result_deinit(&result);

        proposals[1].psk.usage = MLS_PSK_FOR_BRANCH;
        g_assert_cmpint(refuses_commit(&group->members[ALICE], proposals + 1, 1), ==, MLS_INVALID_PROPOSAL);
}

static void test_psk_for_newcomer(Group *group, const void *data)
{
        MlsProposal proposals[2] = {
                        {.type = MLS_PROPOSAL_PSK,
                         .psk = {.type = MLS_PSK_EXTERNAL, .id = mls_string("the word")}},
                        member_add(&group->guest),
        };
        MlsCommitResult result;

        for (unsigned i = 0; i < EVERYBODY; i++)
                group->members[i].policy.find_psk = find_psk;
        member_commit(&group->members[BOB], proposals, 2, &result);
        g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&group->guest.package),
                                       &group->guest.secrets, (MlsSlice){0}, NULL, &group->guest.policy,
                                       &group->guest.context, &group->guest.group),
                        ==, MLS_UNKNOWN_PSK);
        group->guest.policy.find_psk = find_psk;
        member_join(&group->guest, &result.welcome, NULL);
        g_assert_true(members_agree(&group->members[BOB], &group->guest));
        mls_commit_result_deinit(&result);
}

/* A list of one extension. */
static MlsBuffer extension_list(uint16_t type, const char *text)
{
        MLS_WRITER(writer);
        MlsBuffer out;

        mls_write_extension(&writer, type, mls_string(text));
        g_assert_cmpint(mls_writer_finish(&writer, &out), ==, 0);
        return out;
}

static void test_extensions(Group *group, const void *data)
{
        MlsBuffer known = extension_list(MEMBER_EXTENSION, "a title"), unknown = extension_list(0xf099, "?");
        MlsProposal proposal = {.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                .extensions = mls_slice_of(&unknown)};
        MlsCommitResult result;
        MlsSlice found;

        g_assert_cmpint(refuses_commit(&group->members[ALICE], &proposal, 1), ==, MLS_UNSUPPORTED);
        proposal.extensions = mls_slice_of(&known);
        member_commit(&group->members[ALICE], &proposal, 1, &result);
        take_all(group, &result.commit, ALICE);
        g_assert_true(mls_find_extension(mls_group_extensions(group->members[CAROL].group), MEMBER_EXTENSION,
                                         &found));
        g_assert_cmpmem(found.data, (int)found.size, "a title", 7);
        mls_commit_result_deinit(&result);
        mls_buffer_deinit(&known);
        mls_buffer_deinit(&unknown);
}

/* What the group requires, or uses, everybody has to be able to do; whoever is added, too. */
static void test_required_capabilities(Group *group, const void *data)
{
        static const uint8_t all_have[] = {2, MEMBER_EXTENSION >> 8, MEMBER_EXTENSION & 0xff, 0, 2, 0, 1};
        static const uint8_t nobody_has[] = {2, 0xf0, 0x99, 0, 0};
        MLS_WRITER(good);
        MLS_WRITER(bad);
        MlsProposal proposal = {.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS}, add;
        MlsCommitResult result;

        mls_write_extension(&good, MLS_EXTENSION_REQUIRED_CAPABILITIES,
                            mls_slice(all_have, sizeof(all_have)));
        mls_write_extension(&bad, MLS_EXTENSION_REQUIRED_CAPABILITIES,
                            mls_slice(nobody_has, sizeof(nobody_has)));
        proposal.extensions = mls_written(&bad);
        g_assert_cmpint(refuses_commit(&group->members[ALICE], &proposal, 1), ==, MLS_INVALID_PROPOSALS);
        proposal.extensions = mls_written(&good);
        member_commit(&group->members[ALICE], &proposal, 1, &result);
        take_all(group, &result.commit, ALICE);
        mls_commit_result_deinit(&result);

        group->guest.client.extension_types = (MlsSlice){0};
        member_make_package(&group->guest);
        add = member_add(&group->guest);
        g_assert_cmpint(refuses_commit(&group->members[BOB], &add, 1), ==, MLS_INVALID_LEAF);
}

static void join_from_outside(Group *group, Member *joiner, uint32_t replaced, MlsBuffer *commit)
{
        MlsBuffer info;

        g_assert_cmpint(mls_group_info(group->members[ALICE].group, true, &group->members[ALICE].context,
                                       &info),
                        ==, 0);
        joiner->group = mls_group_free(joiner->group);
        g_assert_cmpint(mls_group_join_external(&(MlsExternalJoin){.group_info = mls_slice_of(&info),
                                                                   .replaced = replaced},
                                                &joiner->client, &joiner->policy, &joiner->context,
                                                &joiner->group, commit),
                        ==, 0);
        mls_buffer_deinit(&info);
}

static void test_external_join(Group *group, const void *data)
{
        MlsBuffer commit, message;

        join_from_outside(group, &group->guest, UINT32_MAX, &commit);
        take_all(group, &commit, -1);
        g_assert_true(members_agree(&group->members[BOB], &group->guest));
        g_assert_cmpuint(mls_group_member_count(group->members[CAROL].group), ==, 4);
        message = member_send(&group->guest, "let me in");
        member_restart(&group->guest);
        member_reads(&group->members[CAROL], &message, "let me in");
        mls_buffer_deinit(&message);
        mls_buffer_deinit(&commit);
}

/* Carol has lost her state, and comes back in the place of her old self. */
static void test_rejoins(Group *group, const void *data)
{
        uint32_t old = mls_group_own_leaf(group->members[CAROL].group);
        MlsBuffer commit;

        join_from_outside(group, &group->members[CAROL], old, &commit);
        member_take(&group->members[ALICE], &commit);
        member_take(&group->members[BOB], &commit);
        g_assert_true(members_agree(&group->members[BOB], &group->members[CAROL]));
        g_assert_cmpuint(mls_group_member_count(group->members[BOB].group), ==, 3);
        mls_buffer_deinit(&commit);
}

static void test_proposes_itself(Group *group, const void *data)
{
        MlsProposal add = member_add(&group->guest);
        MlsCommitResult result;
        MlsBuffer info, message;

        g_assert_cmpint(mls_group_info(group->members[BOB].group, false, &group->members[BOB].context,
                                       &info),
                        ==, 0);
        g_assert_cmpint(mls_propose_from_outside(mls_slice_of(&info), UINT32_MAX, &add,
                                                 &group->guest.signing_key, &message),
                        ==, 0);
        take_all(group, &message, -1);
        member_commit(&group->members[CAROL], NULL, 0, &result);
        take_all(group, &result.commit, CAROL);
        member_join(&group->guest, &result.welcome, NULL);
        g_assert_true(members_agree(&group->members[ALICE], &group->guest));
        mls_commit_result_deinit(&result);
        mls_buffer_deinit(&message);
        mls_buffer_deinit(&info);
}

/* The group context names who may propose from outside; nobody else may, and not everything. */
static void test_external_sender(Group *group, const void *data)
{
        MlsProposal set = {.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS};
        MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE, .removed = BOB};
        MlsCommitResult result;
        MlsReceived received;
        MlsBuffer info, message, forged;
        MLS_WRITER(senders);
        MLS_WRITER(extensions);
        size_t begin = mls_begin_vector(&senders);

        mls_write_vector(&senders, mls_slice(group->guest.signing_key.bytes + 32, 32));
        mls_write_credential(&senders, &group->guest.client.credential);
        mls_end_vector(&senders, begin);
        mls_write_extension(&extensions, MLS_EXTENSION_EXTERNAL_SENDERS, mls_written(&senders));
        set.extensions = mls_written(&extensions);
        member_commit(&group->members[ALICE], &set, 1, &result);
        take_all(group, &result.commit, ALICE);
        mls_commit_result_deinit(&result);

        g_assert_cmpint(mls_group_info(group->members[ALICE].group, false, &group->members[ALICE].context,
                                       &info),
                        ==, 0);
        g_assert_cmpint(mls_propose_from_outside(mls_slice_of(&info), 0, &remove, &group->guest.signing_key,
                                                 &message),
                        ==, 0);
        g_assert_cmpint(mls_propose_from_outside(mls_slice_of(&info), 0, &remove,
                                                 &group->members[BOB].signing_key, &forged),
                        ==, 0);
        g_assert_cmpint(member_receive(&group->members[ALICE], &forged, &received), ==, MLS_FORGED);
        take_all(group, &message, -1);
        member_commit(&group->members[CAROL], NULL, 0, &result);
        take_all(group, &result.commit, CAROL);
        g_assert_cmpint(mls_group_status(group->members[BOB].group), ==, MLS_GROUP_REMOVED);
        mls_commit_result_deinit(&result);
        mls_buffer_deinit(&message);
        mls_buffer_deinit(&forged);
        mls_buffer_deinit(&info);
}

/* Successor or branch: created by Alice, joined by the others. */
static void continue_group(Group *group, MlsPskUsage usage, MlsSlice id)
{
        Member *alice = &group->members[ALICE];
        MlsProposal adds[2];
        MlsCommitResult result;
        MlsGroup *created;

        for (unsigned i = BOB; i < EVERYBODY; i++) {
                member_make_package(&group->members[i]);
                adds[i - 1] = member_add(&group->members[i]);
        }
        g_assert_cmpint(mls_group_create_successor(alice->group, usage, &alice->client, id, (MlsSlice){0},
                                                   adds, 2, &alice->policy, &alice->context, &created,
                                                   &result),
                        ==, 0);
        g_assert_cmpint(mls_group_epoch(created), ==, 1);
        for (unsigned i = BOB; i < EVERYBODY; i++) {
                Member *member = &group->members[i];
                MlsGroup *joined, *other;

                /* Not without the group that it comes from, nor as the successor of another. */
                g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&member->package),
                                               &member->secrets, (MlsSlice){0}, NULL, &member->policy,
                                               &member->context, &other),
                                ==, MLS_UNKNOWN_PSK);
                g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&member->package),
                                               &member->secrets, (MlsSlice){0}, member->group,
                                               &member->policy, &member->context, &joined),
                                ==, 0);
                mls_group_free(member->group);
                member->group = joined;
        }
        mls_group_free(alice->group);
        alice->group = created;
        g_assert_true(members_agree(alice, &group->members[BOB]));
        g_assert_true(members_agree(alice, &group->members[CAROL]));
        mls_commit_result_deinit(&result);
}

static void test_reinit(Group *group, const void *data)
{
        MlsProposal reinit = {.type = MLS_PROPOSAL_REINIT,
                              .reinit = {.group_id = mls_string("the next group"),
                                         .version = MLS_VERSION,
                                         .cipher_suite = MLS_CIPHER_SUITE}};
        MlsProposal both[2] = {reinit, {.type = MLS_PROPOSAL_REMOVE, .removed = BOB}};
        MlsCommitResult result;

        g_assert_cmpint(refuses_commit(&group->members[ALICE], both, 2), ==, MLS_INVALID_PROPOSALS);
        member_commit(&group->members[BOB], &reinit, 1, &result);
        take_all(group, &result.commit, BOB);
        mls_commit_result_deinit(&result);
        for (unsigned i = 0; i < EVERYBODY; i++) {
                member_restart(&group->members[i]);
                g_assert_cmpint(mls_group_status(group->members[i].group), ==, MLS_GROUP_REINIT);
        }
        g_assert_cmpint(mls_group_send(group->members[CAROL].group, mls_string("x"), (MlsSlice){0},
                                       &group->members[CAROL].context, &(MlsBuffer){0}),
                        ==, MLS_NOT_ACTIVE);
        continue_group(group, MLS_PSK_FOR_REINIT, (MlsSlice){0});
        g_assert_true(mls_slice_equal(mls_group_id(group->members[CAROL].group),
                                      mls_string("the next group")));
}

static void test_branch(Group *group, const void *data)
{
        continue_group(group, MLS_PSK_FOR_BRANCH, mls_string("a branch"));
}

/* A member changes the key that it signs with; the commit is still signed with the old one. */
static void test_new_signing_key(Group *group, const void *data)
{
        Member *bob = &group->members[BOB];
        MlsCommitResult result;
        MlsBuffer message;

        bob->client.signing_key = &group->guest.signing_key;
        g_assert_cmpint(mls_group_commit(bob->group, &(MlsCommitOptions){.client = &bob->client},
                                         &bob->policy, &bob->context, &result),
                        ==, 0);
        g_assert_cmpint(mls_group_keep_commit(bob->group, NULL, NULL), ==, 0);
        take_all(group, &result.commit, BOB);
        message = member_send(bob, "signed anew");
        member_reads(&group->members[ALICE], &message, "signed anew");
        mls_buffer_deinit(&message);
        mls_commit_result_deinit(&result);
}

/* The tree is handed over beside a welcome that does not have it. */
static void test_tree_beside_welcome(Group *group, const void *data)
{
        MlsProposal add = member_add(&group->guest);
        MlsCommitResult result;
        MlsBuffer stored;
        Member *alice = &group->members[ALICE], *guest = &group->guest;

        g_assert_cmpint(mls_group_commit(alice->group,
                                         &(MlsCommitOptions){.proposals = &add,
                                                             .proposal_count = 1,
                                                             .without_tree = true},
                                         &alice->policy, &alice->context, &result),
                        ==, 0);
        g_assert_cmpint(mls_group_keep_commit(alice->group, NULL, NULL), ==, 0);
        g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&guest->package),
                                       &guest->secrets, (MlsSlice){0}, NULL, &guest->policy, &guest->context,
                                       &guest->group),
                        ==, MLS_NO_TREE);
        g_assert_cmpint(mls_group_ratchet_tree(group->members[ALICE].group, &stored), ==, 0);
        g_assert_cmpint(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&guest->package),
                                       &guest->secrets, mls_slice_of(&stored), NULL, &guest->policy,
                                       &guest->context, &guest->group),
                        ==, 0);
        g_assert_true(members_agree(alice, guest));
        mls_buffer_deinit(&stored);
        mls_commit_result_deinit(&result);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/mls/operations/" path, Group, NULL, set_up, function, tear_down)
        ADD("psks", test_psks);
        ADD("psk-for-newcomer", test_psk_for_newcomer);
        ADD("extensions", test_extensions);
        ADD("required-capabilities", test_required_capabilities);
        ADD("external-join", test_external_join);
        ADD("rejoins", test_rejoins);
        ADD("proposes-itself", test_proposes_itself);
        ADD("external-sender", test_external_sender);
        ADD("reinit", test_reinit);
        ADD("branch", test_branch);
        ADD("new-signing-key", test_new_signing_key);
        ADD("tree-beside-welcome", test_tree_beside_welcome);
        return g_test_run();
}
