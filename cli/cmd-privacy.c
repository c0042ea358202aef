/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/property-word.h"
#include "cli/report.h"

/* What one contact is to learn, whatever the settings say. */
static const char *const choices[] = {"SendReadReceipts", "SendDeliveryReceipts", "ShowPresence", "SendTyping"};

static const char *find(const char *word)
{
        for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
                g_autofree char *name = property_word(choices[i]);

                if (g_str_equal(name, word))
                        return choices[i];
        }
        return NULL;
}

/* All of them, or one alone: that is just its value, for $(...). */
static void show(const Command *command, GVariant *contact, const char *only)
{
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autoptr(GVariant) object = NULL;

        g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(bus_string(contact, "Name")));
        for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
                const char *value = bus_string(contact, choices[i]);
                g_autofree char *word = property_word(choices[i]);

                if (only && !g_str_equal(only, choices[i]))
                        continue;
                g_variant_builder_add(&builder, "{sv}", word, g_variant_new_string(value));
                if (command_has(command, OPTION_JSON))
                        continue;
                if (only)
                        puts(value);
                else
                        printf("%-24s %s\n", word, value);
        }
        object = g_variant_ref_sink(g_variant_builder_end(&builder));
        if (command_has(command, OPTION_JSON))
                json_print(object);
}

static ClientFailure run(const Command *command, GDBusConnection *connection, const char *property)
{
        const char *name = command->arguments[0];
        g_autoptr(GError) error = NULL;

        if (command->n_arguments > 2 &&
            !bus_contact_set(connection, name, property, g_variant_new_string(command->arguments[2]), &error))
                return report(error);
        if (command->n_arguments > 2 && !command_has(command, OPTION_JSON))
                return CLIENT_FAILURE_NONE;

        g_autoptr(GVariant) contact = bus_contact(connection, name, &error);

        if (!contact)
                return report(error);
        show(command, contact, property);
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_privacy(const Command *command)
{
        static const char *const words[] = {"default", "yes", "no", NULL};
        const char *property = NULL;
        g_autoptr(GError) error = NULL;

        if (!bus_name_is_sound(command->arguments[0], &error))
                return report(error);
        if (command->n_arguments > 1) {
                property = find(command->arguments[1]);
                if (!property)
                        return report_usage(_("There is no such choice. \"smctl privacy NAME\" lists them."));
        }
        if (command->n_arguments > 2 && !g_strv_contains(words, command->arguments[2]))
                return report_usage(_("A choice is yes, no or default."));

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        return connection ? run(command, connection, property) : report(error);
}
