/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

void store_group_deinit(StoreFetchGroup *request)
{
        for (size_t i = 0; i < request->commits_count; i++)
                free(request->commits[i].payload.data);
        free(request->commits);
        free(request->members);
        request->commits = NULL;
        request->members = NULL;
        request->commits_count = request->members_count = 0;
}

/* since: the commit that added the account. */
static int find_member(Store *store, int64_t group, const char *name, int64_t *since_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->reading, &s,
                              "SELECT since FROM group_member JOIN account ON account.number = group_member.account "
                              "WHERE name = :name AND chat_group = :group");
        if (r < 0)
                return r;
        statement_bind_text(s, ":name", name);
        statement_bind_int64(s, ":group", group);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_NO_GROUP;
        return statement_column_int64(s, "since", since_out);
}

static int read_members(Store *store, int64_t group, StoreFetchGroup *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        request->members = calloc(WIRE_GROUP_MEMBERS_MAX, sizeof(*request->members));
        if (!request->members)
                return -ENOMEM;
        r = statement_prepare(store->reading, &s,
                              "SELECT name FROM group_member JOIN account ON account.number = group_member.account "
                              "WHERE chat_group = :group ORDER BY name");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        while ((r = statement_step(s)) > 0 && request->members_count < WIRE_GROUP_MEMBERS_MAX) {
                const char *name = NULL;

                statement_column_text(s, "name", &name);
                if (!name || strlen(name) > WIRE_USER_NAME_MAX)
                        return -EBADMSG;
                memcpy(request->members[request->members_count++], name, strlen(name) + 1);
        }
        return r < 0 ? r : 0;
}

/* The number of the commit behind which the answer begins; 0 where it is not known (any more). */
static int find_after(Store *store, int64_t group, const StoreFetchGroup *request, int64_t *number_out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        *number_out = 0;
        if (!request->has_after)
                return 0;
        r = statement_prepare(store->reading, &s,
                              "SELECT group_commit.number AS number FROM group_commit "
                              "JOIN shared ON shared.number = group_commit.shared "
                              "WHERE group_commit.chat_group = :group AND epoch = :epoch AND id = :id "
                              "ORDER BY number DESC LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        statement_bind_int64(s, ":epoch", (int64_t)request->from_epoch);
        statement_bind_blob(s, ":id", request->after, sizeof(request->after));
        r = statement_step(s);
        return r <= 0 ? r : statement_column_int64(s, "number", number_out);
}

static int read_commit(Statement *s, StoreFetchedCommit *out)
{
        const uint8_t *id = NULL;
        const char *sender = NULL;
        int64_t epoch = 0;
        size_t size = 0;
        int r;

        statement_column_blob(s, "id", &id, &size);
        statement_column_text(s, "sender", &sender);
        r = statement_column_int64(s, "epoch", &epoch);
        if (r < 0)
                return r;
        if (!sender || strlen(sender) > WIRE_USER_NAME_MAX || size != sizeof(out->id))
                return -EBADMSG;
        out->epoch = (uint64_t)epoch;
        memcpy(out->id, id, size);
        memcpy(out->sender, sender, strlen(sender) + 1);
        r = store_column_blob(s, "payload", &out->payload);
        return r < 0 ? r : out->payload.size > WIRE_GROUP_COMMIT_MAX ? -EBADMSG : 0;
}

static int read_commits(Store *store, int64_t group, int64_t after, StoreFetchGroup *request)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        size_t bytes = 0;
        int r;

        request->commits = calloc(WIRE_BATCH_MAX, sizeof(*request->commits));
        if (!request->commits)
                return -ENOMEM;
        r = statement_prepare(store->reading, &s,
                              "SELECT epoch, id, sender, payload FROM group_commit "
                              "JOIN shared ON shared.number = group_commit.shared "
                              "WHERE group_commit.chat_group = :group AND group_commit.number > :after "
                              "AND epoch >= :epoch ORDER BY group_commit.number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        statement_bind_int64(s, ":after", after);
        statement_bind_int64(s, ":epoch", (int64_t)request->from_epoch);
        while ((r = statement_step(s)) > 0) {
                StoreFetchedCommit *commit = &request->commits[request->commits_count];

                if (request->commits_count == WIRE_BATCH_MAX || bytes >= request->bytes_max) {
                        request->more = true;
                        return 0;
                }
                r = read_commit(s, commit);
                if (r < 0) {
                        free(commit->payload.data);
                        return r;
                }
                request->commits_count++;
                bytes += commit->payload.size;
        }
        return r;
}

static int fetch(Store *store, StoreFetchGroup *request)
{
        int64_t since = 0, after = 0;
        GroupRow group = {};
        int r;

        r = group_find(store->reading, request->group, &group);
        if (r == 0)
                r = find_member(store, group.number, request->name, &since);
        if (r != 0)
                return r;
        request->epoch = group.epoch;
        r = read_members(store, group.number, request);
        if (r < 0)
                return r;
        r = find_after(store, group.number, request, &after);
        if (r < 0)
                return r;
        return read_commits(store, group.number, since > after ? since : after, request);
}

/* All of it from one moment. */
int store_fetch_group(Store *store, StoreFetchGroup *request)
{
        int r, end;

        r = database_exec(store->reading, "BEGIN");
        if (r < 0)
                return r;
        r = fetch(store, request);
        end = database_exec(store->reading, "COMMIT");
        return end < 0 ? end : r;
}
