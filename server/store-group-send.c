/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

/*
 * A group's messages and commits. The writer runs one request after another, so the order in which they are stored is one,
 * and the same in every mailbox. Whatever refuses a request is looked at before anything of it is written.
 */

/* Among the hashes of envelopes, a group has a number that no mailbox has. */
static uint64_t repeat_hash(const Store *store, const GroupRow *group, const Envelope *message)
{
        return envelope_hash(store, UINT64_MAX - (uint64_t)group->number, message->sender, message->id);
}

/* A commit is known as long as it is kept; other messages for some time, as envelopes are. 1: yes; 0: no. */
static int is_known_commit(Store *store, const GroupRow *group, const Envelope *message)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT 1 FROM group_commit JOIN shared ON shared.number = group_commit.shared "
                              "WHERE group_commit.chat_group = :group AND id = :id AND sender = :sender LIMIT 1");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group->number);
        statement_bind_blob(s, ":id", message->id, sizeof(message->id));
        statement_bind_text(s, ":sender", message->sender);
        return statement_step(s);
}

static int is_repeat(Store *store, const GroupRow *group, const StoreGroupSend *request)
{
        if (repeats_contains(&store->repeats, repeat_hash(store, group, request->message)))
                return 1;
        return request->commit ? is_known_commit(store, group, request->message) : 0;
}

/* Whether it takes the place of the latest commit: 0; STORE_STALE_EPOCH where that is another one. */
static int check_in_spite_of(Store *store, const GroupRow *group, const Wire__GroupCommit *commit)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *id = NULL;
        int64_t epoch = 0;
        size_t size = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT epoch, id FROM group_commit JOIN shared ON shared.number = group_commit.shared "
                              "WHERE group_commit.number = :latest");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":latest", group->latest);
        r = statement_step(s);
        if (r <= 0)
                return r < 0 ? r : STORE_STALE_EPOCH;
        statement_column_blob(s, "id", &id, &size);
        r = statement_column_int64(s, "epoch", &epoch);
        if (r < 0)
                return r;
        if (size != commit->in_spite_of.len || memcmp(id, commit->in_spite_of.data, size) != 0 ||
            (uint64_t)epoch != commit->epoch)
                return STORE_STALE_EPOCH;
        return 0;
}

static int check_commit(Store *store, const GroupRow *group, const Wire__GroupCommit *commit, GroupList *list)
{
        int r;

        if (commit->in_spite_of.len > 0)
                r = check_in_spite_of(store, group, commit);
        else
                r = commit->epoch == group->epoch ? 0 : STORE_STALE_EPOCH;
        if (r > 0)
                store->tally.group_stale++;
        if (r == 0)
                r = group_list_change(store, commit, list);
        return r;
}

static int add_share(StoreShares *shares, const RouterShare *share)
{
        if (shares->count == shares->capacity) {
                size_t capacity = shares->capacity ? shares->capacity * 2 : 64;
                RouterShare *larger = reallocarray(shares->list, capacity, sizeof(RouterShare));

                if (!larger)
                        return -ENOMEM;
                shares->list = larger;
                shares->capacity = capacity;
        }
        shares->list[shares->count++] = *share;
        return 0;
}

/* Members who are added anew get the welcome; everybody else who is on the list, before or now, the message. */
static bool is_for(const ListEntry *entry, const Envelope *message, bool welcome)
{
        if (strcmp(entry->name, message->sender) == 0)
                return false;
        return welcome ? entry->added : !entry->added && (entry->now || entry->base);
}

/* uses: those that it has already. */
static int fan_out(Store *store, StoreGroupSend *request, const GroupList *list, bool welcome, int64_t shared,
                   uint64_t uses)
{
        Envelope *message = welcome ? request->welcome : request->message;
        StoreShares *shares = welcome ? &request->welcomed : &request->to;
        int r;

        message->stored_ms = store->now_ms;
        for (size_t i = 0; i < list->count; i++) {
                RouterShare share;

                if (!is_for(&list->entries[i], message, welcome))
                        continue;
                request->fan_out++;
                r = store_append_shared(store, list->entries[i].name, shared, message->payload_size, &share);
                if (r == 0)
                        r = add_share(shares, &share);
                if (r < 0)
                        return r;
        }
        return shared_set_uses(store, shared, uses + shares->count);
}

static int insert_commit(Store *store, const GroupRow *group, const Wire__GroupCommit *commit, int64_t shared)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO group_commit (chat_group, epoch, stored_ms, shared) "
                              "VALUES (:group, :epoch, :stored_ms, :shared)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group->number);
        statement_bind_int64(s, ":epoch", (int64_t)commit->epoch);
        statement_bind_int64(s, ":stored_ms", (int64_t)store->now_ms);
        statement_bind_int64(s, ":shared", shared);
        return statement_run(s);
}

static int set_latest(Store *store, const GroupRow *group, uint64_t epoch, int64_t latest)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "UPDATE chat_group SET epoch = :epoch, latest = :latest WHERE number = :number");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":epoch", (int64_t)epoch);
        statement_bind_int64(s, ":latest", latest);
        statement_bind_int64(s, ":number", group->number);
        return statement_run(s);
}

/* The group is in the epoch behind it, which it may be already where the commit takes another's place. */
static int write_commit(Store *store, const StoreGroupSend *request, const GroupRow *group, const GroupList *list,
                        int64_t shared)
{
        int64_t number;
        int r;

        r = insert_commit(store, group, request->commit, shared);
        if (r < 0)
                return r;
        number = database_last_insert_id(store->database);
        r = set_latest(store, group, request->commit->epoch + 1, number);
        if (r < 0)
                return r;
        store->pages += 4;
        store->tally.group_commits++;
        return group_list_write(store, group, number, list);
}

static int write_message(Store *store, StoreGroupSend *request, const GroupRow *group, const GroupList *list)
{
        int64_t shared = 0;
        int r;

        r = shared_insert(store, request->message, &shared);
        if (r < 0)
                return r;
        if (request->commit) {
                r = write_commit(store, request, group, list, shared);
                if (r < 0)
                        return r;
        } else {
                store->tally.group_messages++;
        }
        r = fan_out(store, request, list, false, shared, request->commit ? 1 : 0);
        if (r < 0 || !request->welcome)
                return r;
        r = shared_insert(store, request->welcome, &shared);
        return r < 0 ? r : fan_out(store, request, list, true, shared, 0);
}

static int run(Store *store, StoreGroupSend *request, GroupList *list)
{
        const ListEntry *sender;
        GroupRow group = {};
        int r;

        r = group_find(store->database, request->message->group, &group);
        if (r != 0)
                return r;
        r = is_repeat(store, &group, request);
        if (r != 0)
                return r < 0 ? r : STORE_REPEATED;
        r = group_list_read(store, &group, list);
        if (r < 0)
                return r;
        if (request->commit && request->commit->in_spite_of.len > 0) {
                r = group_list_undo_latest(store, &group, list);
                if (r < 0)
                        return r;
        }
        sender = group_list_find(list, request->message->sender);
        if (!sender || (!sender->now && !sender->base))
                return STORE_NO_GROUP;
        if (request->commit) {
                r = check_commit(store, &group, request->commit, list);
                if (r != 0)
                        return r;
        }
        r = write_message(store, request, &group, list);
        if (r < 0)
                return r;
        return store_remember_recent(store, repeat_hash(store, &group, request->message));
}

int store_group_send(Store *store, StoreGroupSend *request)
{
        GroupList list = {};
        int r;

        request->to.count = request->welcomed.count = request->fan_out = 0; /* of a batch that failed */
        r = run(store, request, &list);
        group_list_deinit(&list);
        return r;
}
