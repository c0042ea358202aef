/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dozen people do with a group whatever comes to their minds, two of them at once now and then, some of
 * them late, with restarts in between. The server keeps an order. In the end, all who are in have the same
 * group. The seed is fixed.
 */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/group-person.h"
#include "tests/unit/e2ee/mls-member.h"

enum { PEOPLE = 12, STEPS = 3000, CHANGES = 3 };

typedef struct Entry {
        MlsBuffer message, welcome;
        unsigned by;
} Entry;

typedef struct World {
        Dice dice;
        Person people[PEOPLE];
        size_t next[PEOPLE]; /* entry of the log */
        GArray *log;
        unsigned commits, lost, refused, read, left, moot, replaced;
} World;

static bool is_in(const World *world, unsigned i)
{
        return world->people[i].session && group_session_is_active(world->people[i].session);
}

static void publish(World *world, unsigned by, MlsBuffer message, MlsBuffer welcome)
{
        Entry entry = {.message = message, .welcome = welcome, .by = by};

        g_array_append_val(world->log, entry);
}

/* The commit was the first: it gets its place in the order, and its welcome goes to whom it is for. */
static void win(World *world, unsigned by, GroupCommit *commit)
{
        publish(world, by, commit->commit, commit->welcome);
        world->commits++;
        for (unsigned i = 0; commit->welcome.size > 0 && i < PEOPLE; i++) {
                if (!is_in(world, i) && person_try_join(&world->people[i], &commit->welcome) == 0)
                        world->next[i] = world->log->len;
        }
}

static void take(World *world, unsigned i, const Entry *entry)
{
        Person *person = &world->people[i];
        GroupEvent event;
        int r = group_session_receive(person->session, mls_slice_of(&entry->message), &person->context,
                                      &event);

        if (r == MLS_OWN_MESSAGE && entry->by == i)
                return;
        g_assert_cmpstr(group_refusal_name(r), ==, "?");
        g_assert_cmpstr(event.sender.address.name, ==, world->people[entry->by].self.address.name);
        g_assert_true(event.by_us == (entry->by == i));
        world->read += event.kind == GROUP_EVENT_MESSAGE;
        world->lost += event.lost_commit;
        /* Put out, and let in by the same commit. */
        if (event.removed_us && entry->welcome.size > 0)
                world->replaced += person_try_join(person, &entry->welcome) == 0;
        group_event_deinit(&event);
}

static void catch_up(World *world, unsigned i)
{
        Person *person = &world->people[i];
        GroupCommit commit;
        int r;

        while (is_in(world, i)) {
                while (is_in(world, i) && world->next[i] < world->log->len)
                        take(world, i, &g_array_index(world->log, Entry, world->next[i]++));
                if (!is_in(world, i) || !group_session_wants_rebase(person->session))
                        return;
                r = group_session_rebase(person->session, &person->self, &person->context, &commit);
                if (r == 0)
                        win(world, i, &commit);
                else
                        g_assert_cmpint(r, ==, GROUP_NOTHING_TO_DO);
                world->moot += r != 0;
        }
}

/* Whoever is not in yet has one package out; a fresh one each time would take up the person's room for them.
 */
static GroupChange random_add(World *world, unsigned whom)
{
        Person *person = &world->people[whom];
        GroupChange change = change_of(GROUP_ADD, person);

        change.package = mls_slice_of(&person->packages[0].public_part);
        return change;
}

static GroupChange random_change(World *world)
{
        const Person *whom = &world->people[dice_below(&world->dice, PEOPLE)];
        GroupChange change;
        char name[16];

        /* More of what makes a group live: newcomers, administrators, rights. */
        switch (dice_below(&world->dice, 18)) {
        case 0:
                return change_of(GROUP_REMOVE, whom);
        case 1:
                return change_of(GROUP_DEMOTE, whom);
        case 2:
                change = random_add(world, dice_below(&world->dice, PEOPLE));
                change.kind = GROUP_REPLACE;
                return change;
        case 3:
        case 4:
                g_snprintf(name, sizeof(name), "name %u", dice_below(&world->dice, 100));
                return change_name(name);
        case 5:
                return change_number(GROUP_SET_TIMER, dice_below(&world->dice, 100));
        case 6:
                return change_number(GROUP_SET_RIGHTS, dice_below(&world->dice, 4));
        case 7:
        case 8:
                return change_number(GROUP_RENEW, 0);
        case 9:
        case 10:
        case 11:
        case 12:
                return change_of(GROUP_PROMOTE, whom);
        default:
                return random_add(world, dice_below(&world->dice, PEOPLE));
        }
}

/* True: a commit waits for the server. */
static bool wish(World *world, unsigned i, GroupCommit *commit)
{
        Person *person = &world->people[i];
        GroupChange changes[CHANGES];
        size_t count = 1 + dice_below(&world->dice, 2) * dice_below(&world->dice, CHANGES);
        int r;

        for (size_t j = 0; j < count; j++)
                changes[j] = random_change(world);
        r = group_session_commit(person->session, &person->self, changes, count, &person->context, commit);
        g_assert_cmpint(r, >=, 0);
        if (r != 0) {
                g_assert_cmpint(r, >=, GROUP_NOT_ALLOWED);
                g_assert_false(group_session_has_pending(person->session));
                world->refused++;
                return false;
        }
        if (dice_below(&world->dice, 4) == 0)
                person_restarts(person);
        return true;
}

static void commit_one_or_two(World *world, unsigned i)
{
        unsigned other = dice_below(&world->dice, PEOPLE);
        GroupCommit commit, second;

        catch_up(world, other);
        catch_up(world, i); /* what the other had left to do, too */
        if (!is_in(world, i) || !wish(world, i, &commit))
                return;
        if (other != i && is_in(world, other) && world->next[other] == world->log->len &&
            wish(world, other, &second)) {
                if (dice_below(&world->dice, 2) == 0) {
                        win(world, other, &second);
                        group_commit_deinit(&commit);
                        return;
                }
                group_commit_deinit(&second);
        }
        win(world, i, &commit);
}

static void talk(World *world, unsigned i)
{
        Person *person = &world->people[i];
        GroupCommit commit;

        if (group_session_wants_commit(person->session)) {
                g_assert_cmpint(group_session_commit(person->session, &person->self, NULL, 0,
                                                     &person->context, &commit),
                                ==, 0);
                win(world, i, &commit);
                catch_up(world, i);
        }
        /* Who has said that they leave says no more. */
        if (!group_session_is_leaving(person->session))
                publish(world, i, person_sends(person, "hello"), (MlsBuffer){0});
}

static void leave(World *world, unsigned i)
{
        Person *person = &world->people[i];
        MlsBuffer message;
        int r = group_session_leave(person->session, &person->context, &message);

        if (r == 0) {
                publish(world, i, message, (MlsBuffer){0});
                world->left++;
                return;
        }
        g_assert_true(r == GROUP_LAST_ADMIN || r == GROUP_NOT_ALLOWED || r == GROUP_NOTHING_TO_DO);
}

static void step(World *world)
{
        unsigned i = dice_below(&world->dice, PEOPLE), what = dice_below(&world->dice, 20);

        catch_up(world, i);
        if (!is_in(world, i))
                return;
        if (what < 9)
                talk(world, i);
        else if (what < 18)
                commit_one_or_two(world, i);
        else if (what < 19)
                leave(world, i);
        else
                person_restarts(&world->people[i]);
}

static void meet(World *world)
{
        const GroupSession *first = NULL;

        /* Twice: what one has to do again, the others have to take in. */
        for (unsigned i = 0; i < 2 * PEOPLE; i++)
                catch_up(world, i % PEOPLE);
        for (unsigned i = 0; i < PEOPLE; i++) {
                uint8_t a[GROUP_AUTHENTICATOR_SIZE], b[GROUP_AUTHENTICATOR_SIZE];
                const GroupSession *session = world->people[i].session;

                if (!is_in(world, i))
                        continue;
                g_assert_cmpuint(world->next[i], ==, world->log->len);
                first = first ? first : session;
                group_session_authenticator(first, a);
                group_session_authenticator(session, b);
                g_assert_cmpmem(a, sizeof(a), b, sizeof(b));
                g_assert_cmpuint(group_session_settings(session)->admin_count, >, 0);
        }
        g_assert_nonnull(first);
}

static void test_dozen(void)
{
        World *world = g_new0(World, 1);
        Person *first = &world->people[0];

        world->dice = (Dice){9420};
        world->log = g_array_new(FALSE, FALSE, sizeof(Entry));
        for (unsigned i = 0; i < PEOPLE; i++) {
                char name[16];

                g_snprintf(name, sizeof(name), "person-%u", i);
                person_init(&world->people[i], name, 1000 + i);
                person_package(&world->people[i], GROUP_PACKAGE_LAST_RESORT);
        }
        g_assert_cmpint(group_session_create(&first->self, "All sorts", &first->context, &first->session),
                        ==, 0);
        for (unsigned i = 1; i <= STEPS; i++) {
                step(world);
                if (i % 100 == 0)
                        meet(world);
        }
        g_test_message("%u members after %u commits: %u lost a race, %u of them for nothing, %u wishes "
                       "refused",
                       group_session_member_count(first->session), world->commits, world->lost, world->moot,
                       world->refused);
        g_test_message("%u left, %u replaced, messages read %u times", world->left, world->replaced,
                       world->read);
        g_assert_cmpuint(world->commits, >, 100);
        g_assert_cmpuint(world->lost, >, 10);
        g_assert_cmpuint(world->left, >, 5);
        g_assert_cmpuint(world->replaced, >, 0);
        g_assert_cmpuint(world->refused, >, 10);
        for (guint i = 0; i < world->log->len; i++) {
                mls_buffer_deinit(&g_array_index(world->log, Entry, i).message);
                mls_buffer_deinit(&g_array_index(world->log, Entry, i).welcome);
        }
        for (unsigned i = 0; i < PEOPLE; i++)
                person_deinit(&world->people[i]);
        g_array_unref(world->log);
        g_free(world);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/group/random/dozen", test_dozen);
        return g_test_run();
}
