/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

/* A group is a row, the accounts on its list, and its latest commits; store-group-send.c has how they change. */
enum { COMMITS_EXPIRE_MAX = 256 }; /* rows that one turn of the upkeep looks at */

int group_find(Database *database, const uint8_t id[static WIRE_GROUP_ID_SIZE], GroupRow *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t epoch = 0;
        int r;

        r = statement_prepare(database, &s, "SELECT number, epoch, latest FROM chat_group WHERE id = :id");
        if (r < 0)
                return r;
        statement_bind_blob(s, ":id", id, WIRE_GROUP_ID_SIZE);
        r = statement_step(s);
        if (r < 0)
                return r;
        if (r == 0)
                return STORE_NO_GROUP;
        statement_column_int64(s, "number", &out->number);
        statement_column_int64(s, "latest", &out->latest);
        r = statement_column_int64(s, "epoch", &epoch);
        out->epoch = (uint64_t)epoch;
        return r;
}

int account_find(Database *database, const char *name, int64_t *number_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(database, &s, "SELECT number FROM account WHERE name = :name");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        r = statement_step(s);
        if (r < 0)
                return r;
        return r == 0 ? STORE_UNKNOWN_ACCOUNT : statement_column_int64(s, "number", number_out);
}

int account_count_groups(Store *store, int64_t account, uint64_t *out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t count = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS count FROM group_member WHERE account = :account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":account", account);
        r = statement_step(s);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "count", &count);
        *out = (uint64_t)count;
        return r;
}

/* 1: it is on the list; 0: it is not. */
static int has_member(Store *store, int64_t group, int64_t account)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT since FROM group_member WHERE chat_group = :group AND account = :account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        statement_bind_int64(s, ":account", account);
        return statement_step(s);
}

/* 1: the group is as the account made it; the answer to it was lost. */
static int is_as_made(Store *store, const GroupRow *group, int64_t account)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t members = 0;
        int r;

        if (group->epoch != 0)
                return 0;
        r = has_member(store, group->number, account);
        if (r <= 0)
                return r;
        r = statement_prepare(store->database, &s,
                              "SELECT count(*) AS members FROM group_member WHERE chat_group = :group");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group->number);
        r = statement_step(s);
        if (r < 0)
                return r;
        r = statement_column_int64(s, "members", &members);
        return r < 0 ? r : members == 1;
}

static int insert_group(Store *store, const uint8_t *id, int64_t account)
{
        _cleanup_(statement_releasep) Statement *group = NULL, *member = NULL;
        int r;

        r = statement_prepare(store->database, &group, "INSERT INTO chat_group (id, epoch, latest) VALUES (:id, 0, 0)");
        if (r < 0)
                return r;
        statement_bind_blob(group, ":id", id, WIRE_GROUP_ID_SIZE);
        r = statement_run(group);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &member,
                              "INSERT INTO group_member (chat_group, account, since) VALUES (:group, :account, 0)");
        if (r < 0)
                return r;
        statement_bind_int64(member, ":group", database_last_insert_id(store->database));
        statement_bind_int64(member, ":account", account);
        store->pages += 4;
        return statement_run(member);
}

int store_create_group(Store *store, const StoreGroup *request)
{
        GroupRow group = {};
        int64_t account = 0;
        uint64_t groups = 0;
        int r;

        r = account_find(store->database, request->name, &account);
        if (r != 0)
                return r;
        r = group_find(store->database, request->group, &group);
        if (r < 0)
                return r;
        if (r == 0) {
                r = is_as_made(store, &group, account);
                return r < 0 ? r : r > 0 ? 0 : STORE_GROUP_EXISTS;
        }
        r = account_count_groups(store, account, &groups);
        if (r < 0)
                return r;
        if (groups >= store->limits.groups_per_account)
                return STORE_GROUP_FULL;
        return insert_group(store, request->group, account);
}

/* What the commits of a group refer to goes with them. */
static int give_back_commits(Store *store, int64_t group)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t shared = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM group_commit WHERE chat_group = :group RETURNING shared");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        while ((r = statement_step(s)) > 0) {
                r = statement_column_int64(s, "shared", &shared);
                if (r >= 0)
                        r = shared_give_back(store, shared);
                if (r < 0)
                        return r;
        }
        return r;
}

static int delete_group(Store *store, int64_t number)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = give_back_commits(store, number);
        if (r < 0)
                return r;
        r = statement_prepare(store->database, &s, "DELETE FROM chat_group WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        store->pages += 4;
        return statement_run(s);
}

/*
 * Nobody is on its list, and nobody can come back to it: the latest commit has not removed anybody. Otherwise those who were
 * removed may refuse it, and the group stays until the commit's time is over.
 */
static int is_over(Store *store, int64_t number)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT 1 FROM chat_group WHERE number = :number "
                              "AND NOT EXISTS (SELECT 1 FROM group_member WHERE chat_group = :number) "
                              "AND NOT EXISTS (SELECT 1 FROM group_change WHERE chat_group = :number AND added = 0)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":number", number);
        return statement_step(s);
}

static int leave(Store *store, int64_t group, int64_t account)
{
        _cleanup_(statement_releasep) Statement *member = NULL, *change = NULL;
        int r;

        r = statement_prepare(store->database, &member,
                              "DELETE FROM group_member WHERE chat_group = :group AND account = :account");
        if (r < 0)
                return r;
        statement_bind_int64(member, ":group", group);
        statement_bind_int64(member, ":account", account);
        r = statement_run(member);
        if (r < 0)
                return r;
        /* Whoever left does not come back because a commit is taken the place of. */
        r = statement_prepare(store->database, &change,
                              "DELETE FROM group_change WHERE chat_group = :group AND account = :account");
        if (r < 0)
                return r;
        statement_bind_int64(change, ":group", group);
        statement_bind_int64(change, ":account", account);
        r = statement_run(change);
        if (r < 0)
                return r;
        store->pages += 2;
        r = is_over(store, group);
        return r <= 0 ? r : delete_group(store, group);
}

int store_leave_group(Store *store, const StoreGroup *request)
{
        GroupRow group = {};
        int64_t account = 0;
        int r;

        r = account_find(store->database, request->name, &account);
        if (r == 0)
                r = group_find(store->database, request->group, &group);
        if (r != 0)
                return r < 0 ? r : 0;
        return leave(store, group.number, account);
}

/* One group that the account is on the list of, or was before its latest commit; 0: none. */
static int any_group_of(Store *store, int64_t account, int64_t *group_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        *group_out = 0;
        r = statement_prepare(store->database, &s,
                              "SELECT chat_group FROM group_member WHERE account = :account "
                              "UNION ALL SELECT chat_group FROM group_change WHERE account = :account LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":account", account);
        r = statement_step(s);
        return r <= 0 ? r : statement_column_int64(s, "chat_group", group_out);
}

int store_leave_all_groups(Store *store, int64_t account)
{
        for (;;) {
                int64_t group;
                int r;

                r = any_group_of(store, account, &group);
                if (r < 0 || group == 0)
                        return r;
                r = leave(store, group, account);
                if (r < 0)
                        return r;
        }
}

static int next_stale(Store *store, uint64_t before_ms, int64_t *until_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t number = 0, stored_ms = 0;
        int r;

        *until_out = 0;
        r = statement_prepare(store->database, &s,
                              "SELECT number, stored_ms FROM group_commit ORDER BY number LIMIT :rows");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":rows", COMMITS_EXPIRE_MAX);
        while ((r = statement_step(s)) > 0) {
                statement_column_int64(s, "number", &number);
                r = statement_column_int64(s, "stored_ms", &stored_ms);
                if (r < 0)
                        return r;
                if ((uint64_t)stored_ms >= before_ms)
                        return 0;
                *until_out = number;
        }
        return r;
}

/* Groups that nobody is in, and that nobody could come back to any more. */
static int delete_abandoned(Store *store, int64_t commits_until)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM chat_group WHERE latest BETWEEN 1 AND :until "
                              "AND NOT EXISTS (SELECT 1 FROM group_member AS m WHERE m.chat_group = chat_group.number)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":until", commits_until);
        return statement_run(s);
}

/* Commits are in order of time, so the oldest lie first. */
int store_expire_commits(Store *store, uint64_t before_ms, bool *more_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int64_t until = 0, shared = 0;
        unsigned rows = 0;
        int r;

        r = next_stale(store, before_ms, &until);
        if (r < 0 || until == 0)
                return r;
        r = statement_prepare(store->database, &s, "DELETE FROM group_commit WHERE number <= :until RETURNING shared");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":until", until);
        while ((r = statement_step(s)) > 0) {
                rows++;
                r = statement_column_int64(s, "shared", &shared);
                if (r >= 0)
                        r = shared_give_back(store, shared);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        store->pages += 2 + rows;
        *more_out = rows == COMMITS_EXPIRE_MAX;
        return delete_abandoned(store, until);
}
