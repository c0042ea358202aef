/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/property-word.h"
#include "cli/report.h"

/* Whatever properties the daemon has there: this needs no table, and grows by itself. */

static char *value_of(GVariant *value)
{
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
                return g_strdup(g_variant_get_boolean(value) ? "yes" : "no");
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
                return harmless_line(g_variant_get_string(value, NULL));
        return g_variant_print(value, FALSE);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *names_of(GVariant *settings)
{
        GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
        GVariantIter iter;
        const char *name;

        g_variant_iter_init(&iter, settings);
        while (g_variant_iter_next(&iter, "{&sv}", &name, NULL))
                g_ptr_array_add(names, g_strdup(name));
        g_ptr_array_sort(names, by_name);
        return names;
}

/* All of them, or one alone: that is just its value, for $(...). */
static void show(const Command *command, GVariant *settings, const char *only)
{
        g_autoptr(GPtrArray) names = names_of(settings);
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        for (guint i = 0; i < names->len; i++) {
                g_autoptr(GVariant) value = g_variant_lookup_value(settings, names->pdata[i], NULL);
                g_autofree char *word = property_word(names->pdata[i]);
                g_autofree char *words = value_of(value);

                if (only && strcmp(only, names->pdata[i]) != 0)
                        continue;
                if (command_has(command, OPTION_JSON))
                        g_variant_builder_add(&builder, "{sv}", word, value);
                else if (only)
                        puts(words);
                else
                        printf("%-24s %s\n", word, words);
        }

        GVariant *object = g_variant_builder_end(&builder);

        if (command_has(command, OPTION_JSON))
                json_print(object);
        else
                g_variant_unref(g_variant_ref_sink(object));
}

/* The property of this name, or NULL. */
static char *find(GVariant *settings, const char *name)
{
        g_autoptr(GPtrArray) names = names_of(settings);

        for (guint i = 0; i < names->len; i++) {
                g_autofree char *word = property_word(names->pdata[i]);

                if (strcmp(word, name) == 0)
                        return g_strdup(names->pdata[i]);
        }
        return NULL;
}

static GVariant *parse_boolean(const char *text)
{
        static const char *const yes[] = {"yes", "on", "true", NULL};
        static const char *const no[] = {"no", "off", "false", NULL};

        if (g_strv_contains(yes, text))
                return g_variant_new_boolean(TRUE);
        return g_strv_contains(no, text) ? g_variant_new_boolean(FALSE) : NULL;
}

/* As the type of what is there now wants it; NULL: it does not fit. */
static GVariant *parse(const GVariantType *type, const char *text)
{
        guint64 number;

        if (g_variant_type_equal(type, G_VARIANT_TYPE_BOOLEAN))
                return parse_boolean(text);
        if (g_variant_type_equal(type, G_VARIANT_TYPE_STRING))
                return g_utf8_validate(text, -1, NULL) ? g_variant_new_string(text) : NULL;
        if (g_variant_type_equal(type, G_VARIANT_TYPE_UINT32) &&
            g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &number, NULL))
                return g_variant_new_uint32((guint32)number);
        return NULL;
}

static gboolean set(GDBusConnection *connection, const char *name, GVariant *value, GError **error)
{
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
                        connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, "org.freedesktop.DBus.Properties",
                        "Set", g_variant_new("(ssv)", CLIENT_SETTINGS_INTERFACE, name, value),
                        G_VARIANT_TYPE_UNIT, G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, NULL, error);

        return reply != NULL;
}

static ClientFailure change(GDBusConnection *connection, const Command *command, GVariant *settings,
                            const char *name)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) now = g_variant_lookup_value(settings, name, NULL);
        GVariant *value = parse(g_variant_get_type(now), command->arguments[1]);

        if (!value)
                return report_usage(g_variant_is_of_type(now, G_VARIANT_TYPE_BOOLEAN)
                                                    ? _("This setting is yes or no.")
                                                    : _("This is no value for this setting."));
        if (!set(connection, name, value, &error)) {
                if (client_failure_of(error) != CLIENT_FAILURE_INVALID_ARGUMENT)
                        return report(error);
                output_note("%s", _("The setting does not take this value. See: man smctl"));
                return CLIENT_FAILURE_INVALID_ARGUMENT;
        }
        if (!command_has(command, OPTION_JSON))
                return CLIENT_FAILURE_NONE;

        g_autoptr(GVariant) after = bus_properties(connection, CLIENT_ROOT_PATH, CLIENT_SETTINGS_INTERFACE,
                                                   &error);

        if (!after)
                return report(error);
        show(command, after, name);
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_settings(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autofree char *name = NULL;

        if (!connection)
                return report(error);

        /* A locked daemon would answer with the defaults, which need not be the truth. */
        g_autoptr(GVariant) account = bus_unlocked_account(connection, &error);
        g_autoptr(GVariant) settings = account ? bus_properties(connection, CLIENT_ROOT_PATH,
                                                                CLIENT_SETTINGS_INTERFACE, &error)
                                               : NULL;

        if (!settings)
                return report(error);
        if (command->n_arguments > 0) {
                name = find(settings, command->arguments[0]);
                if (!name)
                        return report_usage(_("There is no such setting. \"smctl settings\" lists them."));
        }
        if (command->n_arguments > 1)
                return change(connection, command, settings, name);
        show(command, settings, name);
        return CLIENT_FAILURE_NONE;
}
