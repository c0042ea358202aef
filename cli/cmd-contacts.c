/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/contact-rows.h"
#include "cli/conversation-marks.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

static void show_json(GVariant *contact)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        contact_rows_add(&builder, contact);
        json_print(g_variant_builder_end(&builder));
}

/* "  (blocked)"; "" for those whom somebody here has accepted. */
static char *relation_mark(GVariant *contact)
{
        const char *relation = bus_string(contact, "Relation");
        const char *word = NULL;

        if (strcmp(relation, "request") == 0)
                word = _("request: smctl requests");
        else if (strcmp(relation, "declined") == 0)
                word = _("declined");
        else if (strcmp(relation, "blocked") == 0)
                word = _("blocked");
        return word ? g_strdup_printf("  (%s)", word) : g_strdup("");
}

static gboolean is(GVariant *contact, const char *property)
{
        gboolean value = FALSE;

        g_variant_lookup(contact, property, "b", &value);
        return value;
}

/* The name comes first and alone, for awk '{print $1}'. */
static void show_words(GVariant *contact)
{
        g_autofree char *name = harmless_line(bus_string(contact, "Name"));
        g_autofree char *number = output_safety_number(bus_string(contact, "SafetyNumber"));
        g_autofree char *warning = output_styled(OUTPUT_WARNING, _("key changed: smctl trust"));
        g_autofree char *relation = relation_mark(contact);

        printf("%s", name);
        if (*number)
                printf("%*s %s", (int)MAX(0, 16 - g_utf8_strlen(name, -1)), "", number);
        if (is(contact, "Verified"))
                printf("  %s", _("verified"));
        conversation_marks_show(contact);
        if (is(contact, "Typing"))
                printf("  %s", _("writing"));
        else if (is(contact, "Online"))
                printf("  %s", _("online"));
        if (is(contact, "KeyChanged"))
                printf("  %s %s", warning, name);
        if (strcmp(bus_string(contact, "Comparing"), "offered") == 0)
                printf(_("  wants to compare emoji: smctl verify --emoji %s"), name);
        if (is(contact, "AccountDeleted"))
                printf("  (%s)", _("account deleted"));
        printf("%s\n", relation);
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
                if (command_has(command, OPTION_ONLINE) && !is(contacts->pdata[i], "Online"))
                        continue;
                if (command_has(command, OPTION_JSON))
                        show_json(contacts->pdata[i]);
                else
                        show_words(contacts->pdata[i]);
        }
        return CLIENT_FAILURE_NONE;
}
