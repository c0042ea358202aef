/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/report.h"

static ClientFailure show(GDBusConnection *connection, const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) account = bus_unlocked_account(connection, &error);

        if (!account)
                return report(error);

        const char *server = bus_string(account, "Server"), *pin = bus_string(account, "ServerPin");

        if (command_has(command, OPTION_JSON)) {
                g_auto(GVariantDict) dictionary = G_VARIANT_DICT_INIT(NULL);

                g_variant_dict_insert(&dictionary, "server", "s", server);
                g_variant_dict_insert(&dictionary, "server-pin", "s", pin);
                json_print(g_variant_dict_end(&dictionary));
        } else {
                g_autofree char *safe = harmless_line(server);

                puts(safe);
                if (*pin)
                        puts(pin);
        }
        return CLIENT_FAILURE_NONE;
}

/* Where only the certificate is another one, the address stays. */
static ClientFailure change(GDBusConnection *connection, const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(MessengerAccount) account = bus_account(connection, &error);
        g_autoptr(GVariant) properties = account ? bus_unlocked_account(connection, &error) : NULL;
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);

        if (!properties)
                return report(error);
        if (command_has(command, OPTION_SERVER_PIN))
                g_variant_dict_insert(&options, "pin", "s", command->values[OPTION_SERVER_PIN]);
        if (command_has(command, OPTION_INSECURE_LOOPBACK))
                g_variant_dict_insert(&options, "insecure-loopback", "b", TRUE);

        const char *server = command->n_arguments > 0 ? command->arguments[0] : bus_string(properties, "Server");

        if (!messenger_account_call_set_server_sync(account, server, g_variant_dict_end(&options), NULL, &error))
                return report(error);
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_server(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        ClientFailure failure = CLIENT_FAILURE_NONE;

        if (!connection)
                return report(error);
        if (command->n_arguments > 0 || command_has(command, OPTION_SERVER_PIN))
                failure = change(connection, command);
        else if (command_has(command, OPTION_INSECURE_LOOPBACK))
                return report_usage(_("--insecure-loopback goes with an address: smctl server ws://localhost:PORT --insecure-loopback"));
        return failure == CLIENT_FAILURE_NONE ? show(connection, command) : failure;
}
