/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two commit at once, a program stops in the middle, the server lies about the order, keys are lost. */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/group-person.h"

static void accepts(Person *person)
{
        GroupEvent event;

        g_assert_cmpint(group_session_accept(person->session, &event), ==, 0);
        g_assert_true(event.by_us);
        g_assert_cmpstr(event.sender.address.name, ==, person->self.address.name);
        group_event_deinit(&event);
}

/* A commit of ours was pending, and this one was first. */
static void loses_to(Person *person, const MlsBuffer *commit)
{
        GroupEvent event = person_takes(person, commit);

        g_assert_true(event.lost_commit);
        g_assert_false(group_session_has_pending(person->session));
        g_assert_true(group_session_wants_rebase(person->session));
        group_event_deinit(&event);
}

static GroupCommit rebases(Person *person)
{
        GroupCommit commit;

        g_assert_cmpint(group_session_rebase(person->session, &person->self, &person->context, &commit), ==,
                        0);
        g_assert_cmpuint(commit.epoch, ==, group_session_epoch(person->session));
        return commit;
}

static void has_nothing_to_rebase(Person *person)
{
        GroupCommit commit;

        g_assert_cmpint(group_session_rebase(person->session, &person->self, &person->context, &commit), ==,
                        GROUP_NOTHING_TO_DO);
        g_assert_false(group_session_wants_rebase(person->session));
}

/* Everybody else who is in takes it. */
static void reaches(Circle *circle, const MlsBuffer *message, unsigned except_a, unsigned except_b)
{
        for (unsigned i = 0; i < EVERYBODY; i++) {
                if (i != except_a && i != except_b && group_session_is_active(circle->people[i].session))
                        person_drops(&circle->people[i], message);
        }
}

static void two_admins(Circle *circle)
{
        circle_commits_one(circle, ALICE, change_of(GROUP_PROMOTE, &circle->people[BOB]));
}

static void test_both_get_their_way(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE], *bob = &circle->people[BOB];
        GroupChange rename = change_name("Alice's"),
                    promote = change_of(GROUP_PROMOTE, &circle->people[CAROL]);
        GroupCommit first, second;
        GroupMember carol;

        two_admins(circle);
        second = person_commits(alice, &rename, 1);
        first = person_commits(bob, &promote, 1);
        person_restarts(alice);
        accepts(bob);
        loses_to(alice, &first.commit);
        reaches(circle, &first.commit, ALICE, BOB);
        person_restarts(alice);
        g_assert_true(group_session_wants_rebase(alice->session));
        person_refuses(bob, &second.commit, MLS_EPOCH_GONE, NULL);
        group_commit_deinit(&second);

        second = rebases(alice);
        accepts(alice);
        reaches(circle, &second.commit, ALICE, ALICE);
        circle_agrees(circle, 5);
        g_assert_cmpstr(group_session_settings(circle->people[ERIN].session)->name, ==, "Alice's");
        g_assert_true(group_session_find_member(circle->people[ERIN].session, "carol", &carol));
        g_assert_cmpint(carol.role, ==, GROUP_ROLE_ADMIN);
        circle_talks(circle);
        group_commit_deinit(&first);
        group_commit_deinit(&second);
}

/* Both let somebody in: the loser's welcome is worth nothing, and the second one is. */
static void test_two_newcomers(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE], *bob = &circle->people[BOB], *erin = &circle->people[ERIN];
        GroupChange adds[2];
        GroupCommit first, second;

        two_admins(circle);
        circle_commits_one(circle, ALICE, change_of(GROUP_REMOVE, erin));
        adds[0] = change_add(&circle->mallory);
        adds[1] = change_add(erin);
        second = person_commits(alice, adds, 2);
        first = person_commits(bob, &adds[0], 1);
        accepts(bob);
        person_joins(&circle->mallory, &first.welcome);
        loses_to(alice, &first.commit);
        reaches(circle, &first.commit, ALICE, BOB);
        group_commit_deinit(&second);
        second = rebases(alice);
        accepts(alice);
        reaches(circle, &second.commit, ALICE, ALICE);
        person_drops(&circle->mallory, &second.commit);
        g_assert_cmpint(person_try_join(&circle->mallory, &second.welcome), ==, MLS_UNKNOWN_KEY_PACKAGE);
        person_joins(erin, &second.welcome);
        g_assert_cmpuint(group_session_member_count(erin->session), ==, 6);
        circle_talks(circle);
        group_commit_deinit(&first);
        group_commit_deinit(&second);
}

static void test_both_want_the_same(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE], *bob = &circle->people[BOB];
        GroupChange remove = change_of(GROUP_REMOVE, &circle->people[ERIN]);
        GroupCommit first, second;

        two_admins(circle);
        second = person_commits(alice, &remove, 1);
        first = person_commits(bob, &remove, 1);
        accepts(bob);
        loses_to(alice, &first.commit);
        reaches(circle, &first.commit, ALICE, BOB);
        has_nothing_to_rebase(alice);
        circle_agrees(circle, 4);
        group_commit_deinit(&first);
        group_commit_deinit(&second);
}

/* The one who lost is not an administrator any more; and both step down at once, but one stays. */
static void test_role_lost_meanwhile(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE], *bob = &circle->people[BOB];
        GroupChange rename = change_name("Bob's"), demote_bob = change_of(GROUP_DEMOTE, bob);
        GroupChange demote_alice = change_of(GROUP_DEMOTE, alice);
        GroupCommit first, second;

        two_admins(circle);
        second = person_commits(bob, &rename, 1);
        first = person_commits(alice, &demote_bob, 1);
        accepts(alice);
        loses_to(bob, &first.commit);
        reaches(circle, &first.commit, ALICE, BOB);
        has_nothing_to_rebase(bob);
        group_commit_deinit(&first);
        group_commit_deinit(&second);

        two_admins(circle);
        first = person_commits(alice, &demote_alice, 1);
        second = person_commits(bob, &demote_bob, 1);
        accepts(alice);
        loses_to(bob, &first.commit);
        reaches(circle, &first.commit, ALICE, BOB);
        has_nothing_to_rebase(bob);
        circle_agrees(circle, 5);
        g_assert_cmpuint(group_session_settings(bob->session)->admin_count, ==, 1);
        group_commit_deinit(&first);
        group_commit_deinit(&second);
}

/* Everybody lets the leaver go at once; one is first, and the others are done. */
static void test_all_let_one_go(Circle *circle, const void *data)
{
        Person *erin = &circle->people[ERIN];
        GroupCommit commits[ERIN];
        MlsBuffer message;

        g_assert_cmpint(group_session_leave(erin->session, &erin->context, &message), ==, 0);
        for (unsigned i = 0; i < ERIN; i++) {
                person_drops(&circle->people[i], &message);
                commits[i] = person_commits(&circle->people[i], NULL, 0);
        }
        accepts(&circle->people[CAROL]);
        for (unsigned i = 0; i < ERIN; i++) {
                if (i == CAROL)
                        continue;
                loses_to(&circle->people[i], &commits[CAROL].commit);
                has_nothing_to_rebase(&circle->people[i]);
        }
        person_drops(erin, &commits[CAROL].commit);
        circle_agrees(circle, 4);
        for (unsigned i = 0; i < ERIN; i++)
                group_commit_deinit(&commits[i]);
        mls_buffer_deinit(&message);
}

/* The commit was sent; whether the server took it is only known when it comes back. */
static void test_stops_in_the_middle(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE];
        GroupChange rename = change_name("After the crash");
        GroupCommit commit = person_commits(alice, &rename, 1);
        GroupEvent event;

        person_restarts(alice);
        g_assert_true(group_session_has_pending(alice->session));
        g_assert_cmpint(person_try_commit(alice, change_name("Another")), ==, MLS_COMMIT_PENDING);
        reaches(circle, &commit.commit, ALICE, ALICE);
        event = person_takes(alice, &commit.commit);
        g_assert_true(event.by_us);
        g_assert_cmpint(event.changes[0].kind, ==, GROUP_RENAME);
        g_assert_cmpstr(event.changes[0].name, ==, "After the crash");
        group_event_deinit(&event);
        person_refuses(alice, &commit.commit, MLS_EPOCH_GONE, NULL);
        circle_agrees(circle, 5);
        circle_talks(circle);
        group_commit_deinit(&commit);
}

static void test_missing_pieces(Circle *circle, const void *data)
{
        Person *bob = &circle->people[BOB], *dave = &circle->people[DAVE], *erin = &circle->people[ERIN];
        GroupChange renew = change_number(GROUP_RENEW, 0);
        MlsBuffer wish, message;
        GroupCommit first, second;

        g_assert_cmpint(group_session_leave(erin->session, &erin->context, &wish), ==, 0);
        person_drops(bob, &wish);
        first = person_commits(bob, &renew, 1);
        accepts(bob);
        second = person_commits(bob, &renew, 1);
        accepts(bob);
        message = person_sends(bob, "far ahead");
        person_refuses(dave, &message, MLS_EPOCH_AHEAD, NULL);
        person_refuses(dave, &second.commit, MLS_EPOCH_AHEAD, NULL);
        person_refuses(dave, &first.commit, MLS_UNKNOWN_PROPOSAL, NULL);
        person_drops(dave, &wish);
        person_drops(dave, &first.commit);
        person_drops(dave, &second.commit);
        person_reads(dave, &message, bob, "far ahead");
        person_refuses(dave, &wish, MLS_EPOCH_GONE, NULL);
        g_assert_cmpuint(group_session_member_count(dave->session), ==, 4);
        group_commit_deinit(&first);
        group_commit_deinit(&second);
        mls_buffer_deinit(&wish);
        mls_buffer_deinit(&message);
}

/* The server shows half of the group one commit, and half of it the other. */
static void test_split(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE], *bob = &circle->people[BOB];
        GroupChange left = change_name("Left"), right = change_name("Right");
        uint8_t of_alice[GROUP_AUTHENTICATOR_SIZE], of_bob[GROUP_AUTHENTICATOR_SIZE];
        GroupCommit to_left, to_right;
        MlsBuffer message;

        two_admins(circle);
        to_left = person_commits(alice, &left, 1);
        to_right = person_commits(bob, &right, 1);
        accepts(alice);
        accepts(bob);
        person_drops(&circle->people[CAROL], &to_left.commit);
        person_drops(&circle->people[DAVE], &to_right.commit);
        g_assert_cmpuint(group_session_epoch(alice->session), ==, group_session_epoch(bob->session));
        group_session_authenticator(alice->session, of_alice);
        group_session_authenticator(bob->session, of_bob);
        g_assert_cmpint(memcmp(of_alice, of_bob, sizeof(of_bob)), !=, 0);
        message = person_sends(alice, "who is there?");
        person_reads(&circle->people[CAROL], &message, alice, "who is there?");
        person_refuses(bob, &message, MLS_FORGED, NULL);
        person_refuses(&circle->people[DAVE], &message, MLS_FORGED, NULL);
        person_refuses(bob, &to_left.commit, MLS_EPOCH_GONE, NULL);
        group_commit_deinit(&to_left);
        group_commit_deinit(&to_right);
        mls_buffer_deinit(&message);
}

/* What honest members refuse does not stop them: they take the next one that is valid. */
static void test_spoilt_epoch(Circle *circle, const void *data)
{
        Person *bob = &circle->people[BOB];
        MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE};
        MlsPolicy policy = {.extension_types = group_extension_types()};
        MlsCommitResult spoilt;
        GroupMember carol;

        g_assert_true(group_session_find_member(bob->session, "carol", &carol));
        remove.removed = carol.leaf;
        g_assert_cmpint(mls_group_commit(bob->session->mls,
                                         &(MlsCommitOptions){.proposals = &remove, .proposal_count = 1},
                                         &policy, &bob->context, &spoilt),
                        ==, 0);
        g_assert_cmpint(mls_group_keep_commit(bob->session->mls, NULL, NULL), ==, 0);
        for (unsigned i = 0; i < EVERYBODY; i++) {
                if (i != BOB)
                        person_refuses(&circle->people[i], &spoilt.commit, GROUP_NOT_ALLOWED, "bob");
        }
        /* Bob has gone a way that nobody else went, and is put out. */
        bob->session = group_session_free(bob->session);
        circle_commits_one(circle, ALICE, change_of(GROUP_REMOVE, bob));
        circle_agrees(circle, 4);
        circle_talks(circle);
        mls_commit_result_deinit(&spoilt);
}

static void test_comes_back(Circle *circle, const void *data)
{
        Person *carol = &circle->people[CAROL], *bob = &circle->people[BOB];
        uint32_t leaf_before;
        GroupCommit commit;
        GroupMember member;
        GroupEvent event;
        MlsBuffer info;

        g_assert_true(group_session_self(carol->session, &member));
        leaf_before = member.leaf;
        carol->session = group_session_free(carol->session);
        carol->self.address.device_id = 99; /* a new machine, the same identity */
        g_assert_cmpint(group_session_info(bob->session, &bob->context, &info), ==, 0);
        g_assert_cmpint(group_session_rejoin(&carol->self, mls_slice_of(&info), &carol->context,
                                             &carol->session, &commit),
                        ==, 0);
        g_assert_cmpuint(commit.epoch, ==, group_session_epoch(bob->session));
        event = person_takes(bob, &commit.commit);
        g_assert_cmpint(event.changes[0].kind, ==, GROUP_REPLACE);
        g_assert_cmpstr(event.sender.address.name, ==, "carol");
        g_assert_cmpuint(event.changes[0].member.leaf, ==, leaf_before);
        g_assert_cmpuint(event.changes[0].member.address.device_id, ==, 99);
        group_event_deinit(&event);
        reaches(circle, &commit.commit, BOB, CAROL);
        circle_agrees(circle, 5);
        circle_talks(circle);
        group_commit_deinit(&commit);

        /* Not in somebody's name with another identity key, and not from outside. */
        identity_generate(&carol->identity, &carol->context);
        g_assert_cmpint(group_session_rejoin(&carol->self, mls_slice_of(&info), &carol->context,
                                             &circle->mallory.session, &commit),
                        ==, GROUP_UNKNOWN_MEMBER);
        g_assert_cmpint(person_try_commit(carol, change_number(GROUP_RENEW, 0)), ==, GROUP_UNKNOWN_MEMBER);
        g_assert_cmpint(group_session_rejoin(&circle->mallory.self, mls_slice_of(&info), &carol->context,
                                             &circle->mallory.session, &commit),
                        ==, GROUP_UNKNOWN_MEMBER);
        mls_buffer_deinit(&info);
}

static void test_is_replaced(Circle *circle, const void *data)
{
        Person *carol = &circle->people[CAROL];
        SigningPublicKey old = carol->identity.public_identity.signing_key;
        GroupChange replace;
        GroupCommit commit;
        GroupEvent event;

        identity_generate(&carol->identity, &carol->context);
        replace = change_add(carol);
        g_assert_cmpint(person_try_commit(&circle->people[ALICE], replace), ==, GROUP_ALREADY_MEMBER);
        replace.kind = GROUP_REPLACE;
        g_assert_cmpint(person_try_commit(&circle->people[BOB], replace), ==, GROUP_NOT_ALLOWED);
        commit = person_commits(&circle->people[ALICE], &replace, 1);
        accepts(&circle->people[ALICE]);
        event = person_takes(&circle->people[DAVE], &commit.commit);
        g_assert_cmpuint(event.change_count, ==, 2);
        g_assert_cmpint(event.changes[0].kind, ==, GROUP_REPLACE);
        g_assert_true(group_same_key(&event.changes[0].replaced_identity_key, &old));
        g_assert_true(group_same_key(&event.changes[0].member.identity_key,
                                     &carol->identity.public_identity.signing_key));
        group_event_deinit(&event);
        event = person_takes(carol, &commit.commit); /* what is left of the old one */
        g_assert_true(event.removed_us);
        group_event_deinit(&event);
        person_joins(carol, &commit.welcome);
        person_drops(&circle->people[BOB], &commit.commit);
        person_drops(&circle->people[ERIN], &commit.commit);
        circle_agrees(circle, 5);
        circle_talks(circle);
        group_commit_deinit(&commit);
}

static void test_stored_form(Circle *circle, const void *data)
{
        Person *bob = &circle->people[BOB];
        GroupChange renew = change_number(GROUP_RENEW, 0);
        GroupCommit commit = person_commits(bob, &renew, 1);
        MlsBuffer tree, state;
        GroupSession *session;

        g_assert_cmpint(group_session_encode_tree(bob->session, &tree), ==, 0);
        g_assert_cmpint(group_session_encode_state(bob->session, &state), ==, 0);
        for (size_t size = 0; size < state.size; size++)
                g_assert_cmpint(group_session_decode(mls_slice_of(&tree), mls_slice(state.data, size),
                                                     &bob->context, &session),
                                ==, MLS_MALFORMED);
        /* A tree of another epoch does not belong to the state. */
        accepts(bob);
        mls_buffer_deinit(&tree);
        g_assert_cmpint(group_session_encode_tree(bob->session, &tree), ==, 0);
        g_assert_cmpint(group_session_decode(mls_slice_of(&tree), mls_slice_of(&state), &bob->context,
                                             &session),
                        ==, MLS_MALFORMED);
        group_commit_deinit(&commit);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define RACE(name, function) \
        g_test_add("/group/races/" name, Circle, NULL, circle_set_up, function, circle_tear_down)
        RACE("both get their way", test_both_get_their_way);
        RACE("two newcomers", test_two_newcomers);
        RACE("both want the same", test_both_want_the_same);
        RACE("a role is lost meanwhile", test_role_lost_meanwhile);
        RACE("all let one go", test_all_let_one_go);
        RACE("a program stops in the middle", test_stops_in_the_middle);
        RACE("missing pieces", test_missing_pieces);
        RACE("a split", test_split);
        RACE("a spoilt epoch", test_spoilt_epoch);
        RACE("one comes back", test_comes_back);
        RACE("one is replaced", test_is_replaced);
        RACE("stored form", test_stored_form);
        return g_test_run();
}
