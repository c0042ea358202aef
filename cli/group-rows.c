/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/group-rows.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "cli/bus.h"
#include "cli/conversation-marks.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"

static void add(GVariantBuilder *builder, GVariant *group, const char *property, const char *key)
{
        g_autoptr(GVariant) value = g_variant_lookup_value(group, property, NULL);

        if (value)
                g_variant_builder_add(builder, "{sv}", key, value);
}

static void add_rows(GVariantBuilder *builder, GVariant *group)
{
        add(builder, group, "Conversation", "conversation");
        add(builder, group, "Name", "name");
        add(builder, group, "Id", "id");
        add(builder, group, "Standing", "standing");
        add(builder, group, "Role", "role");
        add(builder, group, "Inviter", "inviter");
        add(builder, group, "MemberCount", "member-count");
        add(builder, group, "Epoch", "epoch");
        add(builder, group, "Timer", "timer");
        add(builder, group, "Authenticator", "authenticator");
        add(builder, group, "Unread", "unread");
        add(builder, group, "Muted", "muted");
        add(builder, group, "Pinned", "pinned");
        add(builder, group, "MarkedUnread", "marked-unread");
        add(builder, group, "LastMessage", "last-message");
}

/* "  (you were removed)"; "" for a member. */
static const char *standing_words(GVariant *group)
{
        const char *standing = bus_string(group, "Standing");

        if (strcmp(standing, "invited") == 0)
                return _("  (request: smctl group accept, or smctl group leave)");
        if (strcmp(standing, "leaving") == 0)
                return _("  (you are leaving)");
        if (strcmp(standing, "left") == 0)
                return _("  (you have left)");
        if (strcmp(standing, "removed") == 0)
                return _("  (you were removed)");
        if (strcmp(standing, "lost") == 0)
                return _("  (out of step: smctl group rejoin)");
        return "";
}

/* The conversation's name comes first, for scripts that cut. */
static void show_line(GVariant *group)
{
        g_autofree char *name = harmless_line(bus_string(group, "Conversation"));
        guint32 members = 0;
        gboolean is_in = strcmp(bus_string(group, "Standing"), "member") == 0;
        const char *role = is_in && strcmp(bus_string(group, "Role"), "admin") == 0 ? _(", you administer it") : "";

        g_variant_lookup(group, "MemberCount", "u", &members);
        printf("%s  ", name);
        printf(g_dngettext(NULL, "%u member", "%u members", members), members);
        printf("%s%s", role, standing_words(group));
        conversation_marks_show(group);
        printf("\n");
}

gboolean group_rows_show(GDBusConnection *connection, const Command *command, const char *path, GError **error)
{
        g_autoptr(GVariant) group = bus_properties(connection, path, CLIENT_GROUP_INTERFACE, error);
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!group)
                return FALSE;
        add_rows(&builder, group);
        if (command_has(command, OPTION_JSON)) {
                json_print(g_variant_builder_end(&builder));
                return TRUE;
        }
        g_variant_builder_clear(&builder);
        if (strcmp(command->arguments[0], "create") == 0 || strcmp(command->arguments[0], "rename") == 0)
                show_line(group);
        return TRUE;
}

static GVariant *members_of(GDBusConnection *connection, const char *path, GError **error)
{
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, path, CLIENT_GROUP_INTERFACE, "GetMembers",
                        g_variant_new("(@a{sv})", g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0)),
                        G_VARIANT_TYPE("(aa{sv})"), G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, error);

        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

/* What to think of the key that somebody has in the group. */
static char *key_words(const char *key)
{
        if (strcmp(key, "verified") == 0)
                return g_strdup(_("verified"));
        if (strcmp(key, "other") == 0)
                return output_styled(OUTPUT_WARNING, _("not the key that you know of them"));
        if (strcmp(key, "self") == 0)
                return g_strdup(_("you"));
        return g_strdup("");
}

static void show_member(GVariant *member)
{
        g_autofree char *name = harmless_line(bus_string(member, "name"));
        g_autofree char *key = key_words(bus_string(member, "key"));
        gint64 renewed = 0;

        g_variant_lookup(member, "renewed", "x", &renewed);

        g_autofree char *date = output_time(renewed, OUTPUT_DATE);

        printf("  %-16s %-13s ", name,
               strcmp(bus_string(member, "role"), "admin") == 0 ? _("administrator") : _("member"));
        /* TRANSLATORS: a member's; %s is a date. */
        printf(_("keys of %s"), date);
        printf("%s%s\n", *key ? "  " : "", key);
}

gboolean group_rows_show_all(GDBusConnection *connection, const Command *command, const char *path, GError **error)
{
        g_autoptr(GVariant) group = bus_properties(connection, path, CLIENT_GROUP_INTERFACE, error);
        g_autoptr(GVariant) members = group ? members_of(connection, path, error) : NULL;

        if (!members)
                return FALSE;
        if (command_has(command, OPTION_JSON)) {
                GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

                add_rows(&builder, group);
                g_variant_builder_add(&builder, "{sv}", "members", members);
                json_print(g_variant_builder_end(&builder));
                return TRUE;
        }
        show_line(group);
        for (gsize i = 0; i < g_variant_n_children(members); i++) {
                g_autoptr(GVariant) member = g_variant_get_child_value(members, i);

                show_member(member);
        }
        return TRUE;
}

gboolean group_rows_list(GDBusConnection *connection, const Command *command, GError **error)
{
        g_autoptr(GPtrArray) groups = bus_groups(connection, error);

        if (!groups)
                return FALSE;
        for (guint i = 0; i < groups->len; i++) {
                GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

                if (!command_has(command, OPTION_JSON)) {
                        g_variant_builder_clear(&builder);
                        show_line(groups->pdata[i]);
                        continue;
                }
                add_rows(&builder, groups->pdata[i]);
                json_print(g_variant_builder_end(&builder));
        }
        return TRUE;
}
