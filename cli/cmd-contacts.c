/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

static const struct {
        const char *property, *key;
} rows[] = {
                {"Name", "name"},
                {"KeyChanged", "key-changed"},
                {"IdentityKey", "identity-key"},
                {"SafetyNumber", "safety-number"},
                {"Created", "created"},
                {"LastMessage", "last-message"},
};

static void show_json(GVariant *contact)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(contact, rows[i].property, NULL);

                if (value)
                        g_variant_builder_add(&builder, "{sv}", rows[i].key, value);
        }
        json_print(g_variant_builder_end(&builder));
}

/* The name comes first and alone, for awk '{print $1}'. */
static void show_words(GVariant *contact)
{
        g_autofree char *name = harmless_line(bus_string(contact, "Name"));
        g_autofree char *number = output_safety_number(bus_string(contact, "SafetyNumber"));
        g_autofree char *warning = output_styled(OUTPUT_WARNING, _("key changed: smctl trust"));
        gboolean changed = FALSE;

        g_variant_lookup(contact, "KeyChanged", "b", &changed);
        if (changed)
                printf("%-16s %s  %s %s\n", name, number, warning, name);
        else if (*number)
                printf("%-16s %s\n", name, number);
        else
                printf("%s\n", name);
}

ClientFailure cmd_contacts(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);

        /* A locked daemon would answer with an empty list, which is not the truth. */
        g_autoptr(GVariant) account = bus_unlocked_account(connection, &error);
        g_autoptr(GPtrArray) contacts = account ? bus_contacts(connection, &error) : NULL;

        if (!contacts)
                return report(error);
        for (guint i = 0; i < contacts->len; i++) {
                if (command_has(command, OPTION_JSON))
                        show_json(contacts->pdata[i]);
                else
                        show_words(contacts->pdata[i]);
        }
        return CLIENT_FAILURE_NONE;
}
