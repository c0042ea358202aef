/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/account-result.h"

#include "cli/bus.h"
#include "cli/json.h"
#include "cli/report.h"

ClientFailure account_result(GDBusConnection *connection, const Command *command, const char *property,
                             const char *key)
{
        g_autoptr(GError) error = NULL;

        if (!command_has(command, OPTION_JSON))
                return CLIENT_FAILURE_NONE;

        g_autoptr(GVariant) account =
                        bus_properties(connection, CLIENT_ROOT_PATH, CLIENT_BUS_NAME ".Account", &error);

        if (!account)
                return report(error);

        g_auto(GVariantDict) dictionary = G_VARIANT_DICT_INIT(NULL);

        g_variant_dict_insert(&dictionary, key, "s", bus_string(account, property));
        json_print(g_variant_dict_end(&dictionary));
        return CLIENT_FAILURE_NONE;
}
