/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "cli/agreement.h"
#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"
#include "client/safety-number.h"

static GVariant *find_contact(GDBusConnection *connection, const char *name, GError **error)
{
        g_autoptr(GVariant) account = bus_unlocked_account(connection, error);
        g_autoptr(GPtrArray) contacts = account ? bus_contacts(connection, error) : NULL;

        if (!contacts)
                return NULL;
        for (guint i = 0; i < contacts->len; i++) {
                if (strcmp(bus_string(contacts->pdata[i], "Name"), name) == 0)
                        return g_variant_ref(contacts->pdata[i]);
        }
        g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_NOT_FOUND,
                            client_failure_sentence(CLIENT_FAILURE_NOT_FOUND));
        return NULL;
}

static ClientFailure confirm(const Command *command)
{
        gboolean yes = FALSE;
        ClientFailure failure = agreement_ask(
                        command, _("Compare it with theirs by another way, such as a call. Accept the key? (yes/no) "), &yes);

        if (failure != CLIENT_FAILURE_NONE || yes)
                return failure;
        output_note("%s", _("The key is not accepted, and nothing is sent."));
        return CLIENT_FAILURE_KEY_CHANGED;
}

/* Accepts the very key whose number was shown: should it change meanwhile, the daemon refuses. */
static gboolean accept_key(GDBusConnection *connection, const char *name, GVariant *key, GError **error)
{
        g_autofree char *path = client_contact_path(name);
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
        g_autoptr(MessengerContact) contact = messenger_contact_proxy_new_sync(
                        connection,
                        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                        G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                        CLIENT_BUS_NAME, path, NULL, error);

        return contact && messenger_contact_call_accept_key_sync(contact, key, g_variant_dict_end(&options),
                                                                 NULL, error);
}

static void show(const Command *command, GVariant *contact, GVariant *key, gboolean changed)
{
        if (!command_has(command, OPTION_JSON))
                return;

        GVariantBuilder builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(bus_string(contact, "Name")));
        g_variant_builder_add(&builder, "{sv}", "accepted", g_variant_new_boolean(changed));
        g_variant_builder_add(&builder, "{sv}", "identity-key", key);
        g_variant_builder_add(&builder, "{sv}", "safety-number",
                              g_variant_new_string(bus_string(contact, "SafetyNumber")));
        json_print(g_variant_builder_end(&builder));
}

/* What a person needs for the decision, on standard error where standard output is for JSON. */
static void show_number(const Command *command, const char *name, const char *digits)
{
        FILE *out = command_has(command, OPTION_JSON) ? stderr : stdout;
        g_autofree char *number = client_safety_number_lines(digits, "    ");

        fprintf(out, _("The safety number with %s:\n"), name);
        if (number)
                fprintf(out, "%s\n", number);
        fflush(out);
}

ClientFailure cmd_trust(const Command *command)
{
        g_autoptr(GError) error = NULL;
        gboolean changed = FALSE;

        if (!bus_name_is_sound(command->arguments[0], &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(GVariant) contact =
                        connection ? find_contact(connection, command->arguments[0], &error) : NULL;

        if (!contact)
                return report(error);

        g_autoptr(GVariant) key = g_variant_lookup_value(contact, "IdentityKey", G_VARIANT_TYPE_BYTESTRING);
        const char *name = bus_string(contact, "Name");
        g_autofree char *safe_name = harmless_line(name);

        if (!*bus_string(contact, "SafetyNumber"))
                return report_no_number(name);
        g_variant_lookup(contact, "KeyChanged", "b", &changed);
        show_number(command, safe_name, bus_string(contact, "SafetyNumber"));
        if (!key || !changed) {
                output_note(_("The key of %s has not changed: there is nothing to accept."), safe_name);
        } else {
                ClientFailure failure = confirm(command);

                if (failure != CLIENT_FAILURE_NONE)
                        return failure;
                if (!accept_key(connection, name, key, &error))
                        return report(error);
        }
        if (key)
                show(command, contact, key, changed);
        return CLIENT_FAILURE_NONE;
}
