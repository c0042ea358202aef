/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "server/store-groups.h"
#include "storage/statement.h"
#include "store-fixture.h"

enum {
        ACCOUNTS = 6,
        GROUPS = 2,
        ROUNDS = 1500,
};

/* What the store should have of a group. */
typedef struct Model {
        gboolean exists;
        gboolean list[ACCOUNTS], before[ACCOUNTS]; /* now; before the latest commit */
        guint64 epoch;
        guint32 latest; /* its ID; 0: there is none */
} Model;

typedef struct World {
        StoreFixture store;
        Model groups[GROUPS];
        char names[ACCOUNTS][WIRE_USER_NAME_MAX + 1];
        guint64 mailboxes[ACCOUNTS];
        guint32 next_id;
} World;

static void committed(StoreGroupSend *send)
{
        for (gsize i = 1; i < send->to.count; i++)
                g_assert_cmpuint(send->to.list[i].mailbox, !=, send->to.list[0].mailbox);
}

static void group_id(guint group, guint8 *out)
{
        memset(out, 0, WIRE_GROUP_ID_SIZE);
        out[0] = (guint8)(group + 1);
}

static Envelope *message_of(World *world, guint group, guint sender, guint32 id)
{
        SharedPayload *payload = shared_payload_new((const uint8_t *)&id, sizeof(id));
        Envelope *envelope = envelope_new_shared(payload);

        shared_payload_unref(payload);
        envelope->has_group = true;
        envelope->sender_device = 1;
        group_id(group, envelope->group);
        memcpy(envelope->id, &id, sizeof(id));
        g_strlcpy(envelope->sender, world->names[sender], sizeof(envelope->sender));
        return envelope;
}

/* How many it reached, or a refusal as a negative number. */
static int say(World *world, guint group, guint sender, guint32 id, const Wire__GroupCommit *commit)
{
        StoreGroupSend send = {.committed = committed, .commit = commit};
        int r;

        send.message = message_of(world, group, sender, id);
        if (commit && commit->n_added > 0)
                send.welcome = message_of(world, group, sender, id);
        r = store_fixture_run(&world->store, &send.base, STORE_GROUP_SEND);
        if (r == 0)
                r = (int)(send.to.count + send.welcomed.count);
        else
                r = -r;
        g_free(send.to.list);
        g_free(send.welcomed.list);
        envelope_free(send.message);
        envelope_free(send.welcome);
        return r;
}

static guint count(const gboolean *list)
{
        guint n = 0;

        for (guint i = 0; i < ACCOUNTS; i++)
                n += list[i] != 0;
        return n;
}

static void try_message(World *world, guint group, guint sender)
{
        const Model *model = &world->groups[group];
        int r = say(world, group, sender, world->next_id++, NULL);

        if (!model->exists || !model->list[sender])
                g_assert_cmpint(r, ==, -STORE_NO_GROUP);
        else
                g_assert_cmpint(r, ==, (int)count(model->list) - 1);
}

/* One in four in spite of the latest one, one in four for another epoch. */
static void try_commit(World *world, guint group, guint sender)
{
        Model *model = &world->groups[group], next = *model;
        Wire__GroupCommit commit = WIRE__GROUP_COMMIT__INIT;
        gboolean in_spite = g_test_rand_int_range(0, 4) == 0, stale = g_test_rand_int_range(0, 4) == 0;
        guint added = (guint)g_test_rand_int_range(0, ACCOUNTS), removed = (guint)g_test_rand_int_range(0, ACCOUNTS);
        char *add = world->names[added], *remove = world->names[removed];
        guint8 latest[WIRE_ENVELOPE_ID_SIZE] = {};
        guint32 id = world->next_id++;
        int r;

        commit.epoch = model->epoch - (in_spite && model->epoch > 0) + stale;
        if (in_spite) {
                memcpy(latest, &model->latest, sizeof(model->latest));
                commit.in_spite_of = (ProtobufCBinaryData){sizeof(latest), latest};
                memcpy(next.list, model->before, sizeof(next.list));
        }
        memcpy(next.before, next.list, sizeof(next.before));
        if (removed % 2 == 0) {
                commit.removed = &remove;
                commit.n_removed = 1;
                next.list[removed] = FALSE;
        }
        if (added % 2 == 1) {
                commit.added = &add;
                commit.n_added = 1;
                next.list[added] = TRUE;
        }
        r = say(world, group, sender, id, &commit);
        if (!model->exists || !(model->list[sender] || (in_spite && model->before[sender]))) {
                g_assert_cmpint(r, ==, -STORE_NO_GROUP);
                return;
        }
        if (stale || (in_spite && model->latest == 0)) {
                g_assert_cmpint(r, ==, -STORE_STALE_EPOCH);
                return;
        }
        g_assert_cmpint(r, >=, 0);
        g_assert_cmpint(say(world, group, sender, id, &commit), ==, -STORE_REPEATED);
        next.epoch = commit.epoch + 1;
        next.latest = id;
        *model = next;
}

/* The last one's leaving ends it, unless the latest commit removed somebody who may refuse it. */
static void model_leave(Model *model, guint account)
{
        gboolean somebody_removed = FALSE;

        model->list[account] = model->before[account] = FALSE;
        for (guint i = 0; i < ACCOUNTS; i++)
                somebody_removed |= model->before[i] && !model->list[i];
        if (model->exists && count(model->list) == 0 && !somebody_removed)
                *model = (Model){};
}

static void try_leave(World *world, guint group, guint account)
{
        StoreGroup leave = {};

        group_id(group, leave.group);
        g_strlcpy(leave.name, world->names[account], sizeof(leave.name));
        g_assert_cmpint(store_fixture_run(&world->store, &leave.base, STORE_LEAVE_GROUP), ==, 0);
        model_leave(&world->groups[group], account);
}

static void try_create(World *world, guint group, guint account)
{
        Model *model = &world->groups[group];
        StoreGroup create = {};
        int r;

        group_id(group, create.group);
        g_strlcpy(create.name, world->names[account], sizeof(create.name));
        r = store_fixture_run(&world->store, &create.base, STORE_CREATE_GROUP);
        if (model->exists && (model->epoch > 0 || !model->list[account])) {
                g_assert_cmpint(r, ==, STORE_GROUP_EXISTS);
        } else {
                g_assert_cmpint(r, ==, 0);
                *model = (Model){.exists = TRUE};
                model->list[account] = model->before[account] = TRUE;
        }
}

/* A login takes the mailbox along. */
static void replace_device(World *world, guint account)
{
        guint64 replaced;

        g_assert_cmpint(store_fixture_login(&world->store, world->names[account], &world->mailboxes[account], &replaced),
                        >, 0);
}

/* The account goes, and leaves what it was in; another one of a new name takes its place in the world. */
static void replace_account(World *world, guint account)
{
        StoreDeleteAccount delete = {.mailbox = world->mailboxes[account], .verified_hash = "a hash"};

        g_strlcpy(delete.name, world->names[account], sizeof(delete.name));
        g_assert_cmpint(store_fixture_run(&world->store, &delete.base, STORE_DELETE_ACCOUNT), ==, 0);
        for (guint group = 0; group < GROUPS; group++)
                if (world->groups[group].list[account] || world->groups[group].before[account])
                        model_leave(&world->groups[group], account);
        g_snprintf(world->names[account], sizeof(world->names[account]), "user%u-%u", account, world->next_id++);
        world->mailboxes[account] = store_fixture_register(&world->store, world->names[account], 0);
}

static void check_list(World *world, guint group)
{
        const Model *model = &world->groups[group];

        for (guint i = 0; i < ACCOUNTS; i++) {
                StoreFetchGroup fetch = {.bytes_max = 1 << 20};
                int r;

                group_id(group, fetch.group);
                g_strlcpy(fetch.name, world->names[i], sizeof(fetch.name));
                r = store_fixture_run(&world->store, &fetch.base, STORE_FETCH_GROUP);
                g_assert_cmpint(r, ==, model->exists && model->list[i] ? 0 : STORE_NO_GROUP);
                if (r == 0) {
                        g_assert_cmpuint(fetch.epoch, ==, model->epoch);
                        g_assert_cmpuint(fetch.members_count, ==, count(model->list));
                }
                store_group_deinit(&fetch);
        }
}

/* Each payload is counted as often as it is used, and none is there without a use. */
static void check_uses(World *world)
{
        g_autofree char *path = g_build_filename(world->store.folder, "smserver.db", NULL);
        Database *database = NULL;
        Statement *s = NULL;
        gint64 wrong = -1;

        g_assert_cmpint(database_open(path, NULL, DATABASE_READ_ONLY, &database), ==, 0);
        g_assert_cmpint(statement_prepare(database, &s,
                                          "SELECT (SELECT count(*) FROM shared_uses WHERE uses <> "
                                          "(SELECT count(*) FROM envelope WHERE envelope.shared = shared_uses.shared) + "
                                          "(SELECT count(*) FROM group_commit WHERE group_commit.shared = shared_uses.shared)) "
                                          "+ (SELECT count(*) FROM shared WHERE number NOT IN (SELECT shared FROM shared_uses)) "
                                          "+ (SELECT count(*) FROM envelope WHERE shared IS NOT NULL "
                                          "AND shared NOT IN (SELECT shared FROM shared_uses)) AS wrong"),
                        ==, 0);
        g_assert_cmpint(statement_step(s), ==, 1);
        g_assert_cmpint(statement_column_int64(s, "wrong", &wrong), ==, 0);
        g_assert_cmpint(wrong, ==, 0);
        statement_release(s);
        database_close(database);
}

/* Whatever happens, in whatever order: lists, epochs and uses are what they should be, over restarts too. */
static void test_at_random(void)
{
        World world = {.next_id = 1};

        store_fixture_init(&world.store);
        world.store.limits.group_members = world.store.limits.groups_per_account = 50;
        world.store.limits.dedupe_count = 100000;
        world.store.limits.dedupe_ms = G_MAXUINT32;
        store_fixture_open(&world.store);
        for (guint i = 0; i < ACCOUNTS; i++) {
                g_snprintf(world.names[i], sizeof(world.names[i]), "user%u", i);
                world.mailboxes[i] = store_fixture_register(&world.store, world.names[i], 0);
        }
        for (guint round = 0; round < ROUNDS; round++) {
                guint group = (guint)g_test_rand_int_range(0, GROUPS), account = (guint)g_test_rand_int_range(0, ACCOUNTS);
                gint what = g_test_rand_int_range(0, 100);

                if (what < 30)
                        try_message(&world, group, account);
                else if (what < 60)
                        try_commit(&world, group, account);
                else if (what < 75)
                        store_fixture_ack(&world.store, world.mailboxes[account], (guint64)g_test_rand_int_range(1, 5000));
                else if (what < 85)
                        try_create(&world, group, account);
                else if (what < 92)
                        try_leave(&world, group, account);
                else if (what < 95)
                        replace_device(&world, account);
                else if (what < 97)
                        replace_account(&world, account);
                else
                        check_list(&world, group);
                if (round % 250 == 249) {
                        store_fixture_reopen(&world.store);
                        check_uses(&world);
                        for (guint i = 0; i < GROUPS; i++)
                                check_list(&world, i);
                }
        }
        store_fixture_deinit(&world.store);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/store-groups/at-random", test_at_random);
        return g_test_run();
}
