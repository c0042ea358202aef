/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "cli/agreement.h"
#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/duration.h"
#include "cli/group-rows.h"
#include "cli/output.h"
#include "cli/report.h"

typedef struct Action Action;

typedef struct Group {
        GDBusConnection *connection;
        const Command *command;
        const Action *action;
        char *path; /* of the object; NULL where none is named */
} Group;

struct Action {
        const char *word;
        unsigned arguments_min, arguments_max; /* behind the word */
        const char *method;
        gboolean (*run)(const Group *group, GError **error);
        const char *question; /* what has to be agreed to, or NULL */
};

/* What follows the group: names, up to the end. */
static const char *const *rest_of(const Group *group)
{
        return group->command->arguments + 2;
}

static GVariant *no_options(void)
{
        return g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
}

static GVariant *call(const Group *group, const char *path, const char *interface, GVariant *arguments,
                      const GVariantType *type, GError **error)
{
        return g_dbus_connection_call_sync(group->connection, CLIENT_BUS_NAME, path, interface, group->action->method,
                                           arguments, type, G_DBUS_CALL_FLAGS_NONE, CLIENT_GROUP_TIMEOUT_MS, NULL,
                                           error);
}

static gboolean call_group(const Group *group, GVariant *arguments, GError **error)
{
        g_autoptr(GVariant) reply = call(group, group->path, CLIENT_GROUP_INTERFACE, arguments, NULL, error);

        return reply && group_rows_show(group->connection, group->command, group->path, error);
}

/* A new name, which may be given with the plus sign as well. */
static const char *plain_name(const char *name)
{
        return *name == '+' ? name + 1 : name;
}

/* The group was made by then, and only who should have been added was not. */
static gboolean is_about_a_member(const GError *error)
{
        static const ClientFailure about[] = {CLIENT_FAILURE_NO_KEY_PACKAGE, CLIENT_FAILURE_ALREADY_MEMBER,
                                              CLIENT_FAILURE_KEY_CHANGED, CLIENT_FAILURE_BLOCKED,
                                              CLIENT_FAILURE_GROUP_FULL};
        ClientFailure failure = client_failure_of(error);

        for (size_t i = 0; i < G_N_ELEMENTS(about); i++) {
                if (about[i] == failure)
                        return TRUE;
        }
        return FALSE;
}

static gboolean run_create(const Group *group, GError **error)
{
        const char *path = NULL;
        g_autoptr(GVariant) reply = call(group, CLIENT_ROOT_PATH, CLIENT_GROUPS_INTERFACE,
                                         g_variant_new("(s^as@a{sv})", plain_name(group->command->arguments[1]), rest_of(group),
                                                       no_options()),
                                         G_VARIANT_TYPE("(os)"), error);

        if (!reply) {
                if (is_about_a_member(*error))
                        output_note("%s", _("The group is there, with you alone. Add others by: smctl group add GROUP NAME"));
                return FALSE;
        }
        g_variant_get(reply, "(&o&s)", &path, NULL);
        return group_rows_show(group->connection, group->command, path, error);
}

static gboolean run_names(const Group *group, GError **error)
{
        return call_group(group, g_variant_new("(^as@a{sv})", rest_of(group), no_options()), error);
}

static gboolean run_word(const Group *group, GError **error)
{
        return call_group(group, g_variant_new("(s@a{sv})", rest_of(group)[0], no_options()), error);
}

static gboolean run_rename(const Group *group, GError **error)
{
        return call_group(group, g_variant_new("(s@a{sv})", plain_name(rest_of(group)[0]), no_options()), error);
}

static gboolean run_timer(const Group *group, GError **error)
{
        guint32 seconds = 0;

        if (!duration_parse(rest_of(group)[0], &seconds)) {
                g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_USAGE,
                                    _("A time is a number and one of s, m, h, d or w, as 8h; or off."));
                return FALSE;
        }
        return call_group(group, g_variant_new("(u@a{sv})", seconds, no_options()), error);
}

static gboolean run_plain(const Group *group, GError **error)
{
        return call_group(group, g_variant_new("(@a{sv})", no_options()), error);
}

static gboolean run_rejoin(const Group *group, GError **error)
{
        if (!run_plain(group, error))
                return FALSE;
        output_note("%s", _("Members were asked. You are back as soon as one of them is online; \"smctl group info\" shows it."));
        return TRUE;
}

static gboolean run_info(const Group *group, GError **error)
{
        return group_rows_show_all(group->connection, group->command, group->path, error);
}

static gboolean run_list(const Group *group, GError **error)
{
        return group_rows_list(group->connection, group->command, error);
}

static const Action actions[] = {
                {"create", 1, G_MAXUINT, "Create", run_create, NULL},
                {"list", 0, 0, NULL, run_list, NULL},
                {"info", 1, 1, NULL, run_info, NULL},
                {"add", 2, G_MAXUINT, "Add", run_names, NULL},
                {"remove", 2, G_MAXUINT, "Remove", run_names, NULL},
                {"promote", 2, 2, "Promote", run_word, NULL},
                {"demote", 2, 2, "Demote", run_word, NULL},
                {"rename", 2, 2, "Rename", run_rename, NULL},
                {"timer", 2, 2, "SetTimer", run_timer, NULL},
                {"renew", 1, 1, "Renew", run_plain, NULL},
                {"accept", 1, 1, "Accept", run_plain, NULL},
                {"rejoin", 1, 1, "Rejoin", run_rejoin, NULL},
                {"leave", 1, 1, "Leave", run_plain, N_("Leave the group? (yes/no) ")},
                {"delete", 1, 1, "Delete", run_plain, N_("Remove everybody from the group? (yes/no) ")},
};

static const Action *action_of(const char *word)
{
        for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
                if (strcmp(actions[i].word, word) == 0)
                        return &actions[i];
        return NULL;
}

static gboolean names_no_group(const Action *action)
{
        return action->run == run_create || action->run == run_list;
}

static gboolean are_sound(const Command *command, GError **error)
{
        for (unsigned i = 1; i < command->n_arguments; i++)
                if (!bus_name_is_sound(command->arguments[i], error))
                        return FALSE;
        return TRUE;
}

ClientFailure cmd_group(const Command *command)
{
        const Action *action = action_of(command->arguments[0]);
        unsigned count = command->n_arguments - 1;
        g_autoptr(GError) error = NULL;
        ClientFailure failure;

        if (!action)
                return report_usage(_("A group can: create, list, info, add, remove, promote, demote, rename, timer, renew, "
                                      "accept, rejoin, "
                                      "leave, delete."));
        if (count < action->arguments_min || count > action->arguments_max)
                return report_usage(_("These are not the arguments that this takes: a group, and mostly names."));
        if (!are_sound(command, &error))
                return report(error);
        failure = action->question ? agreement_need(command, _(action->question)) : CLIENT_FAILURE_NONE;
        if (failure != CLIENT_FAILURE_NONE)
                return failure;

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autofree char *path = NULL;

        if (!connection)
                return report(error);
        if (!names_no_group(action)) {
                path = bus_group_path(connection, command->arguments[1], &error);
                if (!path)
                        return report(error);
        }

        const Group group = {connection, command, action, path};

        return action->run(&group, &error) ? CLIENT_FAILURE_NONE : report(error);
}
