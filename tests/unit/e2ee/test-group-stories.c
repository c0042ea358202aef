/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people do with a group, day by day. */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/group-person.h"

/* The change of this kind in a commit's event; there is one. */
static const GroupChange *the_change(const GroupEvent *event, GroupChangeKind kind)
{
        const GroupChange *found = NULL;

        for (size_t i = 0; i < event->change_count; i++) {
                if (event->changes[i].kind != kind)
                        continue;
                g_assert_null(found);
                found = &event->changes[i];
        }
        g_assert_nonnull(found);
        return found;
}

static void accept_by(Person *person)
{
        GroupEvent event;

        g_assert_cmpint(group_session_accept(person->session, &event), ==, 0);
        group_event_deinit(&event);
}

static void test_meets(Circle *circle, const void *data)
{
        const GroupSession *session = circle->people[ERIN].session;
        GroupMember member;

        circle_agrees(circle, 5);
        circle_talks(circle);
        g_assert_cmpstr(group_session_settings(session)->name, ==, "Climbers");
        g_assert_true(group_session_find_member(session, "alice", &member));
        g_assert_cmpint(member.role, ==, GROUP_ROLE_ADMIN);
        g_assert_true(group_session_find_member(session, "carol", &member));
        g_assert_cmpint(member.role, ==, GROUP_ROLE_MEMBER);
        g_assert_cmpuint(member.address.device_id, ==, CAROL + 1);
        g_assert_cmpuint(member.renewed_ms, ==, circle->people[CAROL].context.now_ms);
        g_assert_true(group_session_self(session, &member));
        g_assert_cmpstr(member.address.name, ==, "erin");
        g_assert_false(group_session_find_member(session, "mallory", &member));
}

static void test_counts_messages(Circle *circle, const void *data)
{
        for (uint32_t i = 0; i < 3; i++) {
                MlsBuffer message = person_sends(&circle->people[BOB], "again");
                GroupEvent event = person_takes(&circle->people[DAVE], &message);

                g_assert_cmpuint(event.generation, ==, i);
                g_assert_cmpuint(event.epoch, ==, group_session_epoch(circle->people[BOB].session));
                group_event_deinit(&event);
                person_refuses(&circle->people[DAVE], &message, MLS_REPEATED, NULL);
                person_refuses(&circle->people[BOB], &message, MLS_OWN_MESSAGE, NULL);
                mls_buffer_deinit(&message);
        }
}

static void test_tells_changes(Circle *circle, const void *data)
{
        GroupChange changes[] = {change_name("Bergsteiger \xf0\x9f\x8f\x94"),
                                 change_of(GROUP_PROMOTE, &circle->people[BOB]),
                                 change_of(GROUP_REMOVE, &circle->people[ERIN]),
                                 change_number(GROUP_SET_TIMER, 3600),
                                 change_number(GROUP_SET_RIGHTS, GROUP_RIGHT_EDIT)};
        GroupCommit commit = person_commits(&circle->people[ALICE], changes, G_N_ELEMENTS(changes));
        GroupEvent event = person_takes(&circle->people[CAROL], &commit.commit);

        g_assert_cmpint(event.kind, ==, GROUP_EVENT_COMMIT);
        g_assert_cmpstr(event.sender.address.name, ==, "alice");
        g_assert_false(event.by_us || event.removed_us || event.lost_commit);
        g_assert_cmpuint(event.change_count, ==, 6);
        g_assert_cmpstr(the_change(&event, GROUP_RENAME)->name, ==, changes[0].name);
        g_assert_cmpstr(the_change(&event, GROUP_PROMOTE)->member.address.name, ==, "bob");
        g_assert_cmpint(the_change(&event, GROUP_PROMOTE)->member.role, ==, GROUP_ROLE_ADMIN);
        g_assert_cmpstr(the_change(&event, GROUP_REMOVE)->member.address.name, ==, "erin");
        g_assert_cmpuint(the_change(&event, GROUP_SET_TIMER)->number, ==, 3600);
        g_assert_cmpuint(the_change(&event, GROUP_SET_RIGHTS)->number, ==, GROUP_RIGHT_EDIT);
        g_assert_cmpstr(event.changes[event.change_count - 1].member.address.name, ==, "alice");
        g_assert_cmpint(event.changes[event.change_count - 1].kind, ==, GROUP_RENEW);
        group_event_deinit(&event);
        g_assert_cmpuint(group_session_settings(circle->people[CAROL].session)->expires_after_s, ==, 3600);

        event = person_takes(&circle->people[ERIN], &commit.commit);
        g_assert_true(event.removed_us);
        g_assert_false(group_session_is_active(circle->people[ERIN].session));
        group_event_deinit(&event);
        person_drops(&circle->people[BOB], &commit.commit);
        person_drops(&circle->people[DAVE], &commit.commit);
        accept_by(&circle->people[ALICE]);
        group_commit_deinit(&commit);
        circle_agrees(circle, 4);
        circle_talks(circle);
}

static void test_removed_read_nothing(Circle *circle, const void *data)
{
        MlsBuffer late = person_sends(&circle->people[BOB], "before"), message;
        MlsBuffer unsent;

        circle_commits_one(circle, ALICE, change_of(GROUP_REMOVE, &circle->people[ERIN]));
        message = person_sends(&circle->people[BOB], "without erin");
        person_refuses(&circle->people[ERIN], &message, MLS_EPOCH_AHEAD, NULL);
        person_reads(&circle->people[ERIN], &late, &circle->people[BOB], "before");
        person_reads(&circle->people[CAROL], &late, &circle->people[BOB], "before");
        g_assert_cmpint(group_session_send(circle->people[ERIN].session, mls_string("hello?"),
                                           &circle->people[ERIN].context, &unsent),
                        ==, MLS_NOT_ACTIVE);
        g_assert_cmpint(person_try_commit(&circle->people[ERIN], change_number(GROUP_RENEW, 0)), ==,
                        MLS_NOT_ACTIVE);
        person_restarts(&circle->people[ERIN]);
        mls_buffer_deinit(&late);
        mls_buffer_deinit(&message);

        /* And is let in again, without what was said meanwhile. */
        message = person_sends(&circle->people[BOB], "still without erin");
        circle_commits_one(circle, ALICE, change_add(&circle->people[ERIN]));
        person_refuses(&circle->people[ERIN], &message, MLS_EPOCH_GONE, NULL);
        circle_agrees(circle, 5);
        circle_talks(circle);
        mls_buffer_deinit(&message);
}

static void test_leaves(Circle *circle, const void *data)
{
        Person *erin = &circle->people[ERIN];
        MlsBuffer message, unsent;
        GroupCommit commit;
        GroupEvent event;

        g_assert_cmpint(group_session_leave(erin->session, &erin->context, &message), ==, 0);
        g_assert_true(group_session_is_leaving(erin->session));
        g_assert_false(group_session_wants_commit(erin->session));
        for (unsigned i = 0; i < ERIN; i++) {
                event = person_takes(&circle->people[i], &message);
                g_assert_cmpint(event.kind, ==, GROUP_EVENT_WANTS_TO_LEAVE);
                g_assert_cmpstr(event.sender.address.name, ==, "erin");
                g_assert_true(group_session_wants_commit(circle->people[i].session));
                group_event_deinit(&event);
        }
        g_assert_cmpint(group_session_send(circle->people[BOB].session, mls_string("hello"),
                                           &circle->people[BOB].context, &unsent),
                        ==, MLS_COMMIT_FIRST);

        /* Anybody lets them go. */
        person_restarts(&circle->people[BOB]);
        commit = person_commits(&circle->people[BOB], NULL, 0);
        event = person_takes(&circle->people[DAVE], &commit.commit);
        g_assert_cmpstr(the_change(&event, GROUP_LEAVE)->member.address.name, ==, "erin");
        group_event_deinit(&event);
        event = person_takes(erin, &commit.commit);
        g_assert_true(event.removed_us);
        g_assert_false(group_session_is_leaving(erin->session));
        group_event_deinit(&event);
        person_drops(&circle->people[ALICE], &commit.commit);
        person_drops(&circle->people[CAROL], &commit.commit);
        accept_by(&circle->people[BOB]);
        circle_agrees(circle, 4);
        circle_talks(circle);
        group_commit_deinit(&commit);
        mls_buffer_deinit(&message);
}

static void test_leaves_in_the_next_epoch(Circle *circle, const void *data)
{
        Person *erin = &circle->people[ERIN];
        MlsBuffer message;

        g_assert_cmpint(group_session_leave(erin->session, &erin->context, &message), ==, 0);
        circle_commits_one(circle, BOB, change_number(GROUP_RENEW, 0)); /* was made before it came */
        person_refuses(&circle->people[CAROL], &message, MLS_EPOCH_GONE, NULL);
        mls_buffer_deinit(&message);
        person_restarts(erin);
        g_assert_true(group_session_is_leaving(erin->session));
        g_assert_cmpint(group_session_leave(erin->session, &erin->context, &message), ==, 0);
        for (unsigned i = 0; i < ERIN; i++)
                person_drops(&circle->people[i], &message);
        circle_commits(circle, CAROL, NULL, 0);
        circle_agrees(circle, 4);
        mls_buffer_deinit(&message);
}

static void test_last_admin_names_another(Circle *circle, const void *data)
{
        Person *alice = &circle->people[ALICE];
        GroupChange both[] = {change_of(GROUP_DEMOTE, alice),
                              change_of(GROUP_PROMOTE, &circle->people[DAVE])};
        MlsBuffer message;

        g_assert_cmpint(group_session_leave(alice->session, &alice->context, &message), ==,
                        GROUP_LAST_ADMIN);
        g_assert_cmpint(person_try_commit(alice, both[0]), ==, GROUP_LAST_ADMIN);
        circle_commits(circle, ALICE, both, G_N_ELEMENTS(both));
        g_assert_cmpint(person_try_commit(alice, change_name("Mine")), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(group_session_leave(alice->session, &alice->context, &message), ==, 0);
        for (unsigned i = BOB; i < EVERYBODY; i++)
                person_drops(&circle->people[i], &message);
        mls_buffer_deinit(&message);
        /* One who goes is not made an administrator. */
        g_assert_cmpint(person_try_commit(&circle->people[DAVE], change_of(GROUP_PROMOTE, alice)), ==,
                        GROUP_UNKNOWN_MEMBER);
        circle_commits_one(circle, DAVE, change_name("Dave's"));
        circle_agrees(circle, 4);
        g_assert_cmpint(group_session_leave(circle->people[DAVE].session, &circle->people[DAVE].context,
                                            &message),
                        ==, GROUP_LAST_ADMIN);
}

static void test_rights(Circle *circle, const void *data)
{
        Person *bob = &circle->people[BOB];

        person_init(&circle->mallory, "frank", 77);
        g_assert_cmpint(person_try_commit(bob, change_add(&circle->mallory)), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(bob, change_name("Bob's")), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(bob, change_number(GROUP_SET_RIGHTS, 3)), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(bob, change_of(GROUP_PROMOTE, bob)), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(bob, change_of(GROUP_REMOVE, &circle->people[ERIN])), ==,
                        GROUP_NOT_ALLOWED);
        circle_commits_one(circle, ALICE, change_of(GROUP_REMOVE, &circle->people[ERIN]));
        circle_commits_one(circle, ALICE,
                           change_number(GROUP_SET_RIGHTS, GROUP_RIGHT_ADD | GROUP_RIGHT_EDIT));
        circle_commits_one(circle, BOB, change_name("Everybody's"));
        circle_commits_one(circle, CAROL, change_add(&circle->people[ERIN]));
        circle_agrees(circle, 5);
        g_assert_cmpint(person_try_commit(bob, change_number(GROUP_SET_RIGHTS, 0)), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(bob, change_of(GROUP_REMOVE, &circle->people[ERIN])), ==,
                        GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(&circle->people[ALICE], change_number(GROUP_SET_RIGHTS, 4)), ==,
                        MLS_UNSUPPORTED);
}

static void test_bad_wishes(Circle *circle, const void *data)
{
        static const char *const bad[] = {"",      "two\nlines", "\x1b[31mred",       " edge",
                                          "edge ", "half \xc3",  "\xe2\x80\xaeshalp", "tab\t"};
        Person *alice = &circle->people[ALICE];
        GroupChange change, twice[2];
        GroupCommit commit;

        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_cmpint(person_try_commit(alice, change_name(bad[i])), ==, GROUP_BAD_NAME);
        g_assert_cmpint(person_try_commit(alice, change_name("Climbers")), ==, GROUP_NOTHING_TO_DO);
        g_assert_cmpint(person_try_commit(alice, change_of(GROUP_DEMOTE, &circle->people[BOB])), ==,
                        GROUP_NOTHING_TO_DO);
        g_assert_cmpint(person_try_commit(alice, change_of(GROUP_REMOVE, &circle->mallory)), ==,
                        GROUP_UNKNOWN_MEMBER);
        g_assert_cmpint(person_try_commit(alice, change_of(GROUP_PROMOTE, &circle->mallory)), ==,
                        GROUP_UNKNOWN_MEMBER);
        g_assert_cmpint(person_try_commit(alice, change_of(GROUP_REMOVE, alice)), ==, GROUP_NOT_ALLOWED);
        g_assert_cmpint(person_try_commit(alice, change_add(&circle->people[BOB])), ==,
                        GROUP_ALREADY_MEMBER);
        g_assert_cmpint(group_session_commit(alice->session, &alice->self, NULL, 0, &alice->context,
                                             &commit),
                        ==, GROUP_NOTHING_TO_DO);

        twice[0] = change_add(&circle->mallory);
        twice[1] = change_add(&circle->mallory);
        g_assert_cmpint(group_session_commit(alice->session, &alice->self, twice, 2, &alice->context,
                                             &commit),
                        ==, GROUP_ALREADY_MEMBER);
        g_assert_cmpuint(commit.refused, ==, 1);

        /* The server hands out a package of somebody else, or one that is too old. */
        change = change_add(&circle->mallory);
        change.member = change_of(GROUP_ADD, &circle->people[BOB]).member;
        strcpy(change.member.address.name, "frank");
        g_assert_cmpint(person_try_commit(alice, change), ==, GROUP_WRONG_PACKAGE);
        change = change_add(&circle->mallory);
        change.member.identity_key = circle->people[BOB].identity.public_identity.signing_key;
        g_assert_cmpint(person_try_commit(alice, change), ==, GROUP_WRONG_PACKAGE);
        change = change_add(&circle->mallory);
        change.package.size--;
        g_assert_cmpint(person_try_commit(alice, change), ==, MLS_MALFORMED);
        change = change_add(&circle->mallory);
        alice->context.now_ms += GROUP_PACKAGE_LIFETIME_MS + 1000;
        g_assert_cmpint(person_try_commit(alice, change), ==, MLS_EXPIRED);
        g_assert_cmpint(group_session_create(&alice->self, "\n", &alice->context, &circle->mallory.session),
                        ==, GROUP_BAD_NAME);
        circle_agrees(circle, 5);
}

static void test_last_resort_package_serves_twice(Circle *circle, const void *data)
{
        Person *frank = &circle->mallory;
        MlsSlice package = person_package(frank, GROUP_PACKAGE_LAST_RESORT);
        GroupChange change = change_of(GROUP_ADD, frank);
        GroupMember member;

        change.package = package;
        g_assert_cmpint(group_package_read(package, &circle->people[BOB].context, &member), ==, 0);
        g_assert_cmpstr(member.address.name, ==, "mallory");
        for (unsigned i = 0; i < 2; i++) {
                Person *by = &circle->people[i];
                GroupCommit commit;

                group_session_free(by->session);
                g_assert_cmpint(group_session_create(&by->self, "New", &by->context, &by->session), ==, 0);
                commit = person_commits(by, &change, 1);
                accept_by(by);
                person_joins(frank, &commit.welcome);
                g_assert_cmpuint(group_session_member_count(frank->session), ==, 2);
                group_commit_deinit(&commit);
        }
        /* A one-time package does not. */
        change = change_add(frank);
        for (unsigned i = CAROL; i < CAROL + 2; i++) {
                Person *by = &circle->people[i];
                GroupCommit commit;

                group_session_free(by->session);
                g_assert_cmpint(group_session_create(&by->self, "New", &by->context, &by->session), ==, 0);
                commit = person_commits(by, &change, 1);
                g_assert_cmpint(person_try_join(frank, &commit.welcome), ==,
                                i == CAROL ? 0 : MLS_UNKNOWN_KEY_PACKAGE);
                group_commit_deinit(&commit);
        }
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define STORY(name, function) \
        g_test_add("/group/stories/" name, Circle, NULL, circle_set_up, function, circle_tear_down)
        STORY("five meet", test_meets);
        STORY("messages are counted", test_counts_messages);
        STORY("changes are told", test_tells_changes);
        STORY("who is removed reads nothing", test_removed_read_nothing);
        STORY("one leaves", test_leaves);
        STORY("one leaves in the next epoch", test_leaves_in_the_next_epoch);
        STORY("the last administrator names another", test_last_admin_names_another);
        STORY("rights of all", test_rights);
        STORY("bad wishes", test_bad_wishes);
        STORY("packages", test_last_resort_package_serves_twice);
        return g_test_run();
}
