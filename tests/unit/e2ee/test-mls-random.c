/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A group of eighty, in which a thousand things happen at random, and some members are away for a while.
 * Whoever is there agrees on the epoch with all others; who was removed cannot read on, and who was added
 * cannot read back. The seed is fixed. `-m slow` has hundreds of members and twenty thousand steps.
 */
#include <sodium.h>
#include <string.h>

#include "tests/unit/e2ee/mls-member.h"

enum { CROWD_MAX = 2000, READERS = 6, RESTART_ONE_IN = 200 };

typedef struct Scale {
        unsigned members, steps;
} Scale;

/* What the delivery service has put in order: proposals and commits. */
typedef struct Entry {
        MlsBuffer message;
        uint64_t epoch;
} Entry;

typedef struct Person {
        Member member;
        bool is_in, was_removed;
        unsigned away_until; /* step */
        size_t next;         /* entry to take in */
        uint64_t last_read;  /* the number of the message */
} Person;

typedef struct World {
        Dice dice;
        Scale scale;
        Person *people[CROWD_MAX];
        unsigned count, inside;
        GArray *log;
        unsigned step;
        uint64_t added, removed, updated, sent, read, commits, lost_races;
} World;

static Person *new_person(World *world)
{
        Person *person = g_new0(Person, 1);
        char name[24];

        g_assert_cmpuint(world->count, <, CROWD_MAX);
        g_snprintf(name, sizeof(name), "person %u", world->count);
        member_init(&person->member, name, &world->dice);
        world->people[world->count++] = person;
        return person;
}

/* Where a message comes, it is taken in; a commit that removes us ends it. */
static void take_entry(World *world, Person *person, const Entry *entry)
{
        Member *member = &person->member;
        MlsReceived received;
        int r;

        if (mls_group_is_pending(member->group, mls_slice_of(&entry->message))) {
                g_assert_cmpint(mls_group_keep_commit(member->group, NULL, NULL), ==, 0);
                return;
        }
        r = member_receive(member, &entry->message, &received);
        g_assert_cmpstr(mls_refusal_name(r == MLS_OWN_MESSAGE ? 0 : r), ==, "?");
        if (received.removed_us) {
                person->is_in = false;
                person->was_removed = true;
                world->inside--;
        }
        mls_received_deinit(&received);
}

static void catch_up(World *world, Person *person)
{
        while (person->is_in && person->next < world->log->len)
                take_entry(world, person, &g_array_index(world->log, Entry, person->next++));
        if (person->is_in && dice_below(&world->dice, RESTART_ONE_IN) == 0)
                member_restart(&person->member);
}

static bool is_here(const World *world, const Person *person)
{
        return person->is_in && person->away_until <= world->step;
}

/* Somebody who is there, and up to date. */
static Person *somebody(World *world)
{
        for (;;) {
                Person *person = world->people[dice_below(&world->dice, world->count)];

                if (!is_here(world, person))
                        continue;
                catch_up(world, person);
                if (person->is_in)
                        return person;
        }
}

static void publish(World *world, MlsBuffer message, uint64_t epoch)
{
        Entry entry = {.message = message, .epoch = epoch};

        g_array_append_val(world->log, entry);
}

static void propose(World *world)
{
        Person *by = somebody(world), *other = somebody(world);
        MlsProposal proposal = {.type = MLS_PROPOSAL_UPDATE};
        MlsBuffer message;

        /* Whom we just asked may have removed us while catching up: ask only who still is in. */
        if (!by->is_in)
                return;
        if (dice_below(&world->dice, 4) == 0 && other != by && other->is_in && world->inside > 2) {
                proposal.type = MLS_PROPOSAL_REMOVE;
                proposal.removed = mls_group_own_leaf(other->member.group);
        }
        catch_up(world, by);
        if (mls_group_proposal_count(by->member.group) > 20)
                return;
        if (mls_group_propose(by->member.group, &proposal, NULL,
                              dice_below(&world->dice, 2) ? MLS_PUBLIC_MESSAGE : MLS_PRIVATE_MESSAGE,
                              &by->member.policy, &by->member.context, &message) == 0) {
                publish(world, message, mls_group_epoch(by->member.group));
                world->updated += proposal.type == MLS_PROPOSAL_UPDATE;
        }
}

/* Adds and removals by value; the newcomers in a list. */
static size_t choose(World *world, const Person *by, MlsProposal *proposals, Person **newcomers,
                     size_t *newcomer_count)
{
        unsigned wanted = dice_below(&world->dice, 6);
        bool grow = dice_below(&world->dice, 4) < (world->inside < world->scale.members ? 3u : 1u);
        size_t count = 0;

        *newcomer_count = 0;
        for (unsigned i = 0; i < wanted; i++) {
                if (grow && world->count < CROWD_MAX) {
                        newcomers[*newcomer_count] = new_person(world);
                        proposals[count++] = member_add(&newcomers[(*newcomer_count)++]->member);
                } else if (!grow) {
                        uint32_t leaf = dice_below(&world->dice, mls_group_leaf_count(by->member.group));
                        bool twice = false;

                        for (size_t j = 0; j < count; j++)
                                twice |= proposals[j].removed == leaf;
                        if (!twice && leaf != mls_group_own_leaf(by->member.group) &&
                            mls_group_member(by->member.group, leaf))
                                proposals[count++] =
                                                (MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = leaf};
                }
        }
        return count;
}

static void join_all(World *world, Person **newcomers, size_t count, const MlsBuffer *welcome)
{
        for (size_t i = 0; i < count; i++) {
                member_join(&newcomers[i]->member, welcome, NULL);
                newcomers[i]->is_in = true;
                newcomers[i]->next = world->log->len;
                world->inside++;
                world->added++;
        }
}

/* Somebody else was faster: the loser's commit is never published, and goes when the other's comes. */
static void lose_a_race(World *world)
{
        Person *loser = somebody(world);
        MlsCommitResult result;

        if (mls_group_has_pending(loser->member.group))
                return;
        g_assert_cmpint(mls_group_commit(loser->member.group, NULL, NULL, &loser->member.context, &result),
                        ==, 0);
        mls_commit_result_deinit(&result);
        world->lost_races++;
}

static void commit(World *world)
{
        Person *by, *newcomers[8];
        MlsProposal proposals[8];
        MlsCommitResult result;
        size_t count, newcomer_count;

        if (dice_below(&world->dice, 5) == 0)
                lose_a_race(world);
        by = somebody(world);
        mls_group_drop_commit(by->member.group);
        count = choose(world, by, proposals, newcomers, &newcomer_count);
        g_assert_cmpint(mls_group_commit(
                                        by->member.group,
                                        &(MlsCommitOptions){.proposals = proposals,
                                                            .proposal_count = count,
                                                            .without_path = dice_below(&world->dice, 4) == 0,
                                                            .wire_format = 1 + dice_below(&world->dice, 2)},
                                        &by->member.policy, &by->member.context, &result),
                        ==, 0);
        publish(world, result.commit, mls_group_epoch(by->member.group));
        catch_up(world, by);
        join_all(world, newcomers, newcomer_count, &result.welcome);
        mls_buffer_deinit(&result.welcome);
        world->removed += count - newcomer_count;
        world->commits++;
}

/* A message reaches some: some of them late, many never. */
static void talk(World *world)
{
        Person *by = somebody(world);
        MlsBuffer message;

        if (mls_group_proposal_count(by->member.group) > 0)
                commit(world);
        by = somebody(world);
        message = member_send(&by->member, "hello, everybody");
        world->sent++;
        for (unsigned i = 0; i < READERS; i++) {
                Person *reader = world->people[dice_below(&world->dice, world->count)];
                uint64_t epoch = mls_group_epoch(by->member.group);

                if (!reader->member.group || reader == by || reader->last_read == world->sent)
                        continue;
                reader->last_read = world->sent;
                if (reader->was_removed) {
                        g_assert_cmpint(member_try_read(&reader->member, &message), !=, 0);
                        continue;
                }
                if (is_here(world, reader))
                        catch_up(world, reader);
                if (!reader->is_in || mls_group_epoch(reader->member.group) != epoch) {
                        g_assert_cmpint(member_try_read(&reader->member, &message), !=, 0);
                        continue;
                }
                member_reads(&reader->member, &message, "hello, everybody");
                world->read++;
        }
        mls_buffer_deinit(&message);
}

/* Nobody who came later reads what was sent before. */
static void read_back(World *world)
{
        Person *by = somebody(world), *newcomer;
        MlsProposal add;
        MlsCommitResult result;
        MlsBuffer message;

        if (mls_group_proposal_count(by->member.group) > 0 || mls_group_has_pending(by->member.group) ||
            world->count == CROWD_MAX)
                return;
        message = member_send(&by->member, "before you came");
        newcomer = new_person(world);
        add = member_add(&newcomer->member);
        g_assert_cmpint(mls_group_commit(by->member.group,
                                         &(MlsCommitOptions){.proposals = &add, .proposal_count = 1},
                                         &by->member.policy, &by->member.context, &result),
                        ==, 0);
        publish(world, result.commit, mls_group_epoch(by->member.group));
        catch_up(world, by);
        join_all(world, &newcomer, 1, &result.welcome);
        mls_buffer_deinit(&result.welcome);
        g_assert_cmpint(member_try_read(&newcomer->member, &message), ==, MLS_EPOCH_GONE);
        mls_buffer_deinit(&message);
}

static void meet(World *world)
{
        Person *first = NULL;
        unsigned inside = 0;

        for (unsigned i = 0; i < world->count; i++) {
                Person *person = world->people[i];

                if (!is_here(world, person))
                        continue;
                catch_up(world, person);
                if (!person->is_in)
                        continue;
                if (!first)
                        first = person;
                g_assert_true(members_agree(&first->member, &person->member));
                inside++;
        }
        g_assert_cmpuint(inside, >, 0);
}

static void begin(World *world)
{
        Person *creator = new_person(world), *newcomers[8];
        MlsProposal adds[8];
        MlsCommitResult result;

        member_create(&creator->member, "the crowd");
        creator->is_in = true;
        world->inside = 1;
        while (world->inside < world->scale.members / 2) {
                for (unsigned i = 0; i < 8; i++) {
                        newcomers[i] = new_person(world);
                        adds[i] = member_add(&newcomers[i]->member);
                }
                Person *by = somebody(world);

                g_assert_cmpint(mls_group_commit(by->member.group,
                                                 &(MlsCommitOptions){.proposals = adds, .proposal_count = 8},
                                                 &by->member.policy, &by->member.context, &result),
                                ==, 0);
                publish(world, result.commit, mls_group_epoch(by->member.group));
                catch_up(world, by);
                join_all(world, newcomers, 8, &result.welcome);
                mls_buffer_deinit(&result.welcome);
        }
}

static void happen(World *world)
{
        unsigned what = dice_below(&world->dice, 100);

        if (what < 86)
                talk(world);
        else if (what < 90)
                propose(world);
        else if (what < 95)
                commit(world);
        else if (what < 97)
                read_back(world);
        else
                somebody(world)->away_until = world->step + 10 + dice_below(&world->dice, 400);
}

/* What a larger crowd costs grows with its square, and it is there on request. */
#ifdef __SANITIZE_ADDRESS__ /* what it does, it does at any size */
static const Scale usual = {40, 500}, slow = {400, 20000};
#else
static const Scale usual = {80, 1000}, slow = {400, 20000};
#endif

static void test_crowd(void)
{
        World *world = g_new0(World, 1);

        world->dice = (Dice){20231};
        world->scale = g_test_slow() ? slow : usual;
        world->log = g_array_new(FALSE, FALSE, sizeof(Entry));
        begin(world);
        for (world->step = 1; world->step <= world->scale.steps; world->step++) {
                happen(world);
                if (world->step % 250 == 0)
                        meet(world);
        }
        /* Everybody comes back. */
        for (unsigned i = 0; i < world->count; i++)
                world->people[i]->away_until = 0;
        meet(world);
        g_test_message("%u members of %u, epoch %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT
                       " commits, %" G_GUINT64_FORMAT " added, %" G_GUINT64_FORMAT
                       " removed, %" G_GUINT64_FORMAT " updates, %" G_GUINT64_FORMAT
                       " messages read %" G_GUINT64_FORMAT " times, %" G_GUINT64_FORMAT " races lost",
                       world->inside, world->count, mls_group_epoch(somebody(world)->member.group),
                       world->commits, world->added, world->removed, world->updated, world->sent,
                       world->read, world->lost_races);
        for (unsigned i = 0; i < world->count; i++) {
                member_deinit(&world->people[i]->member);
                g_free(world->people[i]);
        }
        for (guint i = 0; i < world->log->len; i++)
                mls_buffer_deinit(&g_array_index(world->log, Entry, i).message);
        g_array_unref(world->log);
        g_free(world);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/mls/random/crowd", test_crowd);
        return g_test_run();
}
