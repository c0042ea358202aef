/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/store-sqlite.h"

void group_list_deinit(GroupList *list)
{
        free(list->entries);
        *list = (GroupList){};
}

static ListEntry *add(GroupList *list, int64_t account, const char *name)
{
        ListEntry *entry;

        if (list->count == list->capacity) {
                size_t capacity = list->capacity ? list->capacity * 2 : 64;
                ListEntry *larger = reallocarray(list->entries, capacity, sizeof(ListEntry));

                if (!larger)
                        return NULL;
                list->entries = larger;
                list->capacity = capacity;
        }
        entry = &list->entries[list->count++];
        *entry = (ListEntry){.account = account};
        memcpy(entry->name, name, strlen(name) + 1);
        return entry;
}

static int compare(const void *a, const void *b)
{
        const ListEntry *x = a, *y = b;

        return (x->account > y->account) - (x->account < y->account);
}

static ListEntry *find(const GroupList *list, int64_t account)
{
        ListEntry wanted = {.account = account};
        ListEntry *found = list->sorted > 0 ? bsearch(&wanted, list->entries, list->sorted, sizeof(wanted), compare)
                                            : NULL;

        for (size_t i = list->sorted; !found && i < list->count; i++)
                if (list->entries[i].account == account)
                        found = &list->entries[i];
        return found;
}

const ListEntry *group_list_find(const GroupList *list, const char *name)
{
        for (size_t i = 0; i < list->count; i++)
                if (strcmp(list->entries[i].name, name) == 0)
                        return &list->entries[i];
        return NULL;
}

/* The entry of the row's account, which may be there already. */
static int read_entry(Statement *s, GroupList *list, ListEntry **out)
{
        int64_t account = 0, since = 0;
        const char *name = NULL;
        int r;

        statement_column_text(s, "name", &name);
        statement_column_int64(s, "account", &account);
        r = statement_column_int64(s, "since", &since);
        if (r < 0)
                return r;
        if (!name || strlen(name) > WIRE_USER_NAME_MAX)
                return -EBADMSG;
        *out = find(list, account);
        if (!*out)
                *out = add(list, account, name);
        if (!*out)
                return -ENOMEM;
        (*out)->since = since;
        return 0;
}

int group_list_read(Store *store, const GroupRow *group, GroupList *list)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT account, name, since FROM group_member "
                              "JOIN account ON account.number = group_member.account "
                              "WHERE chat_group = :group ORDER BY account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group->number);
        while ((r = statement_step(s)) > 0) {
                ListEntry *entry = NULL;

                r = read_entry(s, list, &entry);
                if (r < 0)
                        return r;
                entry->now = entry->base = entry->next = true;
                list->sorted = list->count; /* the rows come in order */
        }
        return r;
}

int group_list_undo_latest(Store *store, const GroupRow *group, GroupList *list)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT account, name, added, since FROM group_change "
                              "JOIN account ON account.number = group_change.account "
                              "WHERE chat_group = :group ORDER BY account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group->number);
        while ((r = statement_step(s)) > 0) {
                ListEntry *entry = NULL;
                int64_t added = 0;

                r = statement_column_int64(s, "added", &added);
                if (r >= 0)
                        r = read_entry(s, list, &entry);
                if (r < 0)
                        return r;
                entry->base = entry->next = !added;
        }
        return r;
}

/* Names that nobody has (any more) are left out. */
static int mark(Store *store, GroupList *list, const char *name, bool added)
{
        ListEntry *entry;
        int64_t account = 0;
        int r;

        r = account_find(store->database, name, &account);
        if (r != 0)
                return r < 0 ? r : 0;
        entry = find(list, account);
        if (!entry && !added)
                return 0;
        if (!entry)
                entry = add(list, account, name);
        if (!entry)
                return -ENOMEM;
        entry->next = added;
        entry->added = added;
        return 0;
}

static int check_room(Store *store, const GroupList *list)
{
        uint64_t members = 0, groups = 0;
        int r;

        for (size_t i = 0; i < list->count; i++)
                members += list->entries[i].next;
        if (members > store->limits.group_members)
                return STORE_GROUP_FULL;
        for (size_t i = 0; i < list->count; i++) {
                if (!list->entries[i].added || list->entries[i].now)
                        continue;
                r = account_count_groups(store, list->entries[i].account, &groups);
                if (r < 0)
                        return r;
                if (groups >= store->limits.groups_per_account)
                        return STORE_GROUP_FULL;
        }
        return 0;
}

int group_list_change(Store *store, const Wire__GroupCommit *commit, GroupList *list)
{
        int r;

        for (size_t i = 0; i < commit->n_removed; i++) {
                r = mark(store, list, commit->removed[i], false);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < commit->n_added; i++) {
                r = mark(store, list, commit->added[i], true);
                if (r < 0)
                        return r;
        }
        return check_room(store, list);
}

static int put_member(Store *store, int64_t group, int64_t account, int64_t since)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT OR REPLACE INTO group_member (chat_group, account, since) "
                              "VALUES (:group, :account, :since)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        statement_bind_int64(s, ":account", account);
        statement_bind_int64(s, ":since", since);
        store->pages++;
        return statement_run(s);
}

static int remove_member(Store *store, int64_t group, int64_t account)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "DELETE FROM group_member WHERE chat_group = :group AND account = :account");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        statement_bind_int64(s, ":account", account);
        store->pages++;
        return statement_run(s);
}

static int forget_changes(Store *store, int64_t group)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s, "DELETE FROM group_change WHERE chat_group = :group");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        return statement_run(s);
}

static int remember_change(Store *store, int64_t group, const ListEntry *entry)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        int r;

        r = statement_prepare(store->database, &s,
                              "INSERT INTO group_change (chat_group, account, added, since) "
                              "VALUES (:group, :account, :added, :since)");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":group", group);
        statement_bind_int64(s, ":account", entry->account);
        statement_bind_int64(s, ":added", entry->next);
        statement_bind_int64(s, ":since", entry->since);
        store->pages++;
        return statement_run(s);
}

/*
 * Whoever is added sees commits from this one on, and so does one who is replaced: what was before was for the device that it
 * was then.
 */
static int write_entry(Store *store, int64_t group, int64_t commit, const ListEntry *entry)
{
        int r = 0;

        if (entry->next && (!entry->now || entry->added))
                r = put_member(store, group, entry->account, entry->added ? commit : entry->since);
        else if (!entry->next && entry->now)
                r = remove_member(store, group, entry->account);
        if (r < 0 || entry->next == entry->base)
                return r;
        return remember_change(store, group, entry);
}

int group_list_write(Store *store, const GroupRow *group, int64_t commit, const GroupList *list)
{
        int r;

        r = forget_changes(store, group->number);
        for (size_t i = 0; r >= 0 && i < list->count; i++)
                r = write_entry(store, group->number, commit, &list->entries[i]);
        return r;
}
