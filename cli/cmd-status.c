/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

/* The account's properties, and what they are called in JSON and for a person (or not at all). */
static const struct {
        const char *property, *key, *label;
} rows[] = {
                {"State", "state", N_("State")},
                {"UserName", "user-name", N_("Name")},
                {"Server", "server", N_("Server")},
                {"ServerPin", "server-pin", N_("Pin")},
                {"DeviceID", "device-id", N_("Device")},
                {"Connection", "connection", N_("Connection")},
                {"ConnectionError", "connection-error", NULL},
                {"ConnectionErrorText", "connection-error-text", N_("Problem")},
                {"NextAttempt", "next-attempt", N_("Next attempt")},
                {"AttachmentMax", "attachment-max", NULL},
                {"QueuedMessages", "queued-messages", N_("Queued")},
                {"UnreadMessages", "unread-messages", N_("Unread")},
                {"RejectedEnvelopes", "rejected-envelopes", N_("Rejected")},
                {"LastEvent", "last-event", NULL},
                {"IdentityKey", "identity-key", NULL},
                {"PasswordUnsettled", "password-unsettled", NULL},
                {"Remembered", "remembered", NULL},
                {"Version", "daemon-version", NULL},
};

static void show_json(GVariant *account)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(account, rows[i].property, NULL);

                if (value)
                        g_variant_builder_add(&builder, "{sv}", rows[i].key, value);
        }
        json_print(g_variant_builder_end(&builder));
}

static char *words_of(const char *property, GVariant *value)
{
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
                return harmless_line(g_variant_get_string(value, NULL));
        if (g_str_equal(property, "NextAttempt") && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64))
                return g_variant_get_uint64(value)
                                       ? output_time((gint64)g_variant_get_uint64(value), OUTPUT_DATE_TIME)
                                       : g_strdup("");
        return g_variant_print(value, FALSE);
}

/* Empty and zero go without saying. */
static void show_words(GVariant *account)
{
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(account, rows[i].property, NULL);

                if (!value || !rows[i].label)
                        continue;

                g_autofree char *words = words_of(rows[i].property, value);

                if (*words && !g_str_equal(words, "0"))
                        printf("%-14s %s\n", _(rows[i].label), words);
        }
}

ClientFailure cmd_status(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);

        g_autoptr(GVariant) account =
                        bus_properties(connection, CLIENT_ROOT_PATH, CLIENT_BUS_NAME ".Account", &error);

        if (!account)
                return report(error);
        if (command_has(command, OPTION_JSON))
                show_json(account);
        else
                show_words(account);
        return CLIENT_FAILURE_NONE;
}
