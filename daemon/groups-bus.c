/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Groups interface, and which groups are on the bus. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/cleanup.h"
#include "daemon/group-bus.h"
#include "daemon/log.h"

void group_bus_path(const GroupId *id, char out[static GROUP_PATH_SIZE])
{
        memcpy(out, BUS_GROUPS "/", sizeof(BUS_GROUPS));
        sodium_bin2hex(out + sizeof(BUS_GROUPS), GROUP_PATH_SIZE - sizeof(BUS_GROUPS), id->bytes, sizeof(id->bytes));
}

bool group_bus_parse_path(const char *path, GroupId *out)
{
        const char *prefix = BUS_GROUPS "/";
        size_t size = 0;

        if (strncmp(path, prefix, strlen(prefix)) != 0)
                return false;
        path += strlen(prefix);
        return strlen(path) == 2 * sizeof(out->bytes) &&
               sodium_hex2bin(out->bytes, sizeof(out->bytes), path, strlen(path), NULL, &size, NULL) == 0 &&
               size == sizeof(out->bytes);
}

/* ---- Methods ---- */

static void strv_freep(char ***list)
{
        g_strfreev(*list);
}

static int method_create(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupRequest request = {.kind = GROUP_OPERATION_CREATE};
        int r;

        r = sd_bus_message_read(m, "s", &request.name);
        if (r < 0)
                return r;
        r = group_bus_read_names(m, &request.names);
        if (r == 0)
                r = bus_read_no_options(m);
        r = r != 0 ? (r < 0 ? r : bus_reply_error(m, r)) : group_bus_start(userdata, m, &request);
        strv_freep(&request.names);
        return r;
}

static int method_find(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const char *conversation = NULL;
        char path[GROUP_PATH_SIZE];
        Messenger *messenger;
        GroupRecord record;
        int r;

        r = sd_bus_message_read(m, "s", &conversation);
        if (r < 0)
                return r;
        messenger = bus_messenger(userdata, &r);
        if (!messenger)
                return bus_reply_error(m, r);
        r = group_find(messenger->store, conversation, &record);
        if (r != 0)
                return bus_reply_error(m, r < 0 ? r : (int)PROBLEM_NOT_FOUND);
        group_bus_path(&record.id, path);
        return sd_bus_reply_method_return(m, "o", path);
}

/* ---- Objects ---- */

static int add_path(void *userdata, const GroupRecord *record)
{
        char path[GROUP_PATH_SIZE];

        group_bus_path(&record->id, path);
        g_ptr_array_add(userdata, strdup(path));
        return 0;
}

/* The array and its strings are for free(), as sd-bus wants them. */
static int list_paths(Bus *bus, char ***out)
{
        g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(free);
        Messenger *messenger = account_messenger(bus->account);
        char **list;
        int r;

        if (messenger) {
                r = store_group_each(messenger->store, add_path, paths);
                if (r < 0)
                        return r;
        }
        list = calloc(paths->len + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        for (unsigned i = 0; i < paths->len; i++)
                list[i] = paths->pdata[i];
        g_ptr_array_set_free_func(paths, NULL);
        *out = list;
        return 0;
}

static int enumerate(sd_bus *b, const char *prefix, void *userdata, char ***nodes_out, sd_bus_error *error)
{
        return list_paths(userdata, nodes_out);
}

static void for_all(Bus *bus, int (*emit)(sd_bus *bus, const char *path))
{
        char **paths = NULL;
        int r;

        r = list_paths(bus, &paths);
        if (r < 0) {
                log_error("bus", r, "cannot list the groups");
                return;
        }
        for (char **path = paths; *path; path++) {
                emit(bus->bus, *path);
                free(*path);
        }
        free(paths);
}

void groups_bus_appear(Bus *bus)
{
        for_all(bus, sd_bus_emit_object_added);
}

void groups_bus_disappear(Bus *bus)
{
        for_all(bus, sd_bus_emit_object_removed);
}

static bool path_of(Bus *bus, const char *conversation, char out[static GROUP_PATH_SIZE])
{
        Messenger *messenger = account_messenger(bus->account);
        GroupRecord record;

        if (!messenger || group_find(messenger->store, conversation, &record) != 0)
                return false;
        group_bus_path(&record.id, out);
        return true;
}

void groups_bus_added(Bus *bus, const char *conversation)
{
        char path[GROUP_PATH_SIZE];

        if (path_of(bus, conversation, path))
                sd_bus_emit_object_added(bus->bus, path);
}

void groups_bus_announce(Bus *bus, const char *conversation)
{
        char path[GROUP_PATH_SIZE];

        if (path_of(bus, conversation, path))
                sd_bus_emit_properties_changed(bus->bus, path, BUS_GROUP, "Conversation", "Name", "Standing", "Role",
                                               "Epoch", "MemberCount", "Timer", "Unread", "Muted", "Pinned", "MarkedUnread",
                                               "LastMessage", NULL);
}

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("Create", "sasa{sv}",
                                         SD_BUS_PARAM(name) SD_BUS_PARAM(members) SD_BUS_PARAM(options), "os",
                                         SD_BUS_PARAM(group) SD_BUS_PARAM(conversation), method_create,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Find", "s", SD_BUS_PARAM(conversation), "o", SD_BUS_PARAM(group),
                                         method_find, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_VTABLE_END,
};

int groups_bus_add(Bus *bus)
{
        int r;

        r = sd_bus_add_object_vtable(bus->bus, NULL, BUS_ROOT, BUS_GROUPS_INTERFACE, vtable, bus);
        if (r < 0)
                return r;
        r = group_bus_add(bus);
        if (r < 0)
                return r;
        return sd_bus_add_node_enumerator(bus->bus, NULL, BUS_GROUPS, enumerate, bus);
}
