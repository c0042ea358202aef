/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/account-result.h"
#include "cli/bus.h"
#include "cli/report.h"

ClientFailure cmd_lock(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        g_autoptr(MessengerAccount) account = connection ? bus_account(connection, &error) : NULL;
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);

        if (!account ||
            !messenger_account_call_lock_sync(account, g_variant_dict_end(&options), NULL, &error))
                return report(error);
        return account_result(connection, command, "State", "state");
}
