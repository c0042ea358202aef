/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

/* A number of the dictionary, whatever its type; -1: it has none. */
static gint64 number_of(GVariant *session, const char *key)
{
        g_autoptr(GVariant) value = g_variant_lookup_value(session, key, NULL);

        if (!value)
                return -1;
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32))
                return g_variant_get_uint32(value);
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_INT64))
                return g_variant_get_int64(value);
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64))
                return (gint64)MIN(g_variant_get_uint64(value), (guint64)G_MAXINT64);
        return g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) ? g_variant_get_boolean(value) : -1;
}

static void row(const char *label, const char *words)
{
        g_autofree char *safe = harmless_line(words);

        printf("%-14s %s\n", label, safe);
}

static void row_time(const char *label, GVariant *session, const char *key)
{
        gint64 milliseconds = number_of(session, key);
        g_autofree char *time = output_time(milliseconds, OUTPUT_DATE_TIME);

        if (milliseconds > 0)
                row(label, time);
}

static const char *suite_words(gint64 suite)
{
        return suite == 1 ? _("1: X25519, Double Ratchet with header encryption, XChaCha20-Poly1305")
                          : _("one that this version does not know");
}

static void show_words(const char *name, GVariant *session)
{
        g_autofree char *who = harmless_line(name);
        g_autofree char *messages = NULL, *due_time = NULL, *due = NULL, *archived = NULL;

        if (number_of(session, "suite") < 0) {
                output_note(_("There is no session with %s yet: the first message begins one."), who);
                return;
        }
        messages = g_strdup_printf(_("%" PRId64 " sent, %" PRId64 " received"),
                                   number_of(session, "sent"), number_of(session, "received"));
        due_time = output_time(number_of(session, "renewal-time"), OUTPUT_DATE_TIME);
        due = number_of(session, "renewal-wanted") > 0
                              ? g_strdup(_("now, as soon as there is a connection"))
                              : g_strdup_printf(_("after %s, or %" PRId64 " messages"), due_time,
                                                number_of(session, "renewal-messages"));
        archived = g_strdup_printf("%" G_GINT64_FORMAT, number_of(session, "archived"));
        row_time(_("Since"), session, "started");
        row(_("Started"), number_of(session, "started-here") > 0 ? _("here") : who);
        row(_("Messages"), messages);
        row_time(_("Last step"), session, "last-step");
        row(_("Suite"), suite_words(number_of(session, "suite")));
        if (number_of(session, "acknowledged") == 0)
                row(_("Answered"), _("not yet"));
        row(_("Renewal"), due);
        row(_("Older ones"), archived);
}

ClientFailure cmd_session(const Command *command)
{
        const char *name = command->arguments[0];
        g_autoptr(GError) error = NULL;

        if (!bus_name_is_sound(name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) reply =
                        connection ? bus_contact_ask(connection, name, CLIENT_CONTACT_INTERFACE, "GetSession",
                                                     g_variant_new("(a{sv})", NULL), G_VARIANT_TYPE("(a{sv})"),
                                                     &error)
                                   : NULL;

        if (!reply)
                return report(error);

        g_autoptr(GVariant) session = g_variant_get_child_value(reply, 0);

        if (command_has(command, OPTION_JSON)) {
                g_auto(GVariantDict) out = G_VARIANT_DICT_INIT(session);

                g_variant_dict_insert(&out, "name", "s", name);
                json_print(g_variant_dict_end(&out));
        } else {
                show_words(name, session);
        }
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_renew(const Command *command)
{
        const char *name = command->arguments[0];
        g_autoptr(GError) error = NULL;

        if (!bus_name_is_sound(name, &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection || !bus_contact_call(connection, name, "Renew", &error))
                return report(error);
        if (command_has(command, OPTION_JSON)) {
                g_auto(GVariantDict) out = G_VARIANT_DICT_INIT(NULL);

                g_variant_dict_insert(&out, "name", "s", name);
                json_print(g_variant_dict_end(&out));
        }
        return CLIENT_FAILURE_NONE;
}
