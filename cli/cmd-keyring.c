/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "cli/account-result.h"
#include "cli/bus.h"
#include "cli/report.h"

ClientFailure cmd_keyring(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);

        if (strcmp(command->arguments[0], "forget") != 0)
                return report_usage(_("The keyring can only \"forget\"; it remembers by: smctl unlock --remember"));

        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(MessengerAccount) account = connection ? bus_account(connection, &error) : NULL;

        if (!account ||
            !messenger_account_call_forget_keyring_sync(account, g_variant_dict_end(&options), NULL, &error))
                return report(error);
        return account_result(connection, command, "State", "state");
}
