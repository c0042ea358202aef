/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/contact-rows.h"
#include "cli/harmless.h"
#include "cli/history.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"

static void show_json(GVariant *contact, GPtrArray *messages)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        GVariantBuilder array = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

        contact_rows_add(&builder, contact);
        for (guint i = 0; i < messages->len; i++)
                g_variant_builder_add_value(&array, messages->pdata[i]);
        g_variant_builder_add(&builder, "{sv}", "messages", g_variant_builder_end(&array));
        json_print(g_variant_builder_end(&builder));
}

static void show_words(GVariant *contact, GPtrArray *messages)
{
        g_autofree char *name = harmless_line(bus_string(contact, "Name"));

        puts(name);
        for (guint i = 0; i < messages->len; i++) {
                ClientMessage message;

                client_message_init(&message, messages->pdata[i]);

                g_autofree char *line = output_message(&message, OUTPUT_DATE_TIME);

                printf("    %s\n", line);
        }
}

ClientFailure cmd_requests(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) account = connection ? bus_unlocked_account(connection, &error) : NULL;
        g_autoptr(GPtrArray) contacts = account ? bus_contacts(connection, &error) : NULL;

        if (!contacts)
                return report(error);
        for (guint i = 0; i < contacts->len; i++) {
                GVariant *contact = contacts->pdata[i];

                if (strcmp(bus_string(contact, "Relation"), "request") != 0)
                        continue;

                const HistoryQuery query = {.conversation = bus_string(contact, "Name")};
                g_autoptr(GPtrArray) messages = history_fetch(connection, &query, &error);

                if (!messages)
                        return report(error);
                if (command_has(command, OPTION_JSON))
                        show_json(contact, messages);
                else
                        show_words(contact, messages);
        }
        return CLIENT_FAILURE_NONE;
}
