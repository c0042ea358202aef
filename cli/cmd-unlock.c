/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#include "cli/account-result.h"
#include "cli/bus.h"
#include "cli/password.h"
#include "cli/report.h"

/* What the keyring remembers needs nobody; where it does not work, the password is asked for. */
static gboolean unlock_by_keyring(MessengerAccount *account)
{
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
        g_autoptr(GError) error = NULL;

        if (messenger_account_call_unlock_by_keyring_sync(account, g_variant_dict_end(&options), NULL, &error))
                return TRUE;
        report(error);
        return FALSE;
}

ClientFailure cmd_unlock(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        ClientFailure failure;

        if (!connection)
                return report(error);

        /* Before a person types a password in vain. */
        g_autoptr(GVariant) before =
                        bus_properties(connection, CLIENT_ROOT_PATH, CLIENT_BUS_NAME ".Account", &error);

        if (!before)
                return report(error);
        if (strcmp(bus_string(before, "State"), "no-account") == 0)
                return report_failure(CLIENT_FAILURE_NO_ACCOUNT);

        gboolean remembered = FALSE;
        g_autoptr(MessengerAccount) account = bus_account(connection, &error);

        if (!account)
                return report(error);
        g_variant_lookup(before, "Remembered", "b", &remembered);
        if (remembered && !password_is_given(command) && !command_has(command, OPTION_REMEMBER) &&
            strcmp(bus_string(before, "State"), "locked") == 0 && unlock_by_keyring(account))
                return account_result(connection, command, "State", "state");

        g_autoptr(ClientSecret) password = password_obtain(command, PASSWORD_EXISTING, &failure);

        if (!password)
                return failure;

        int fd = client_secret_to_descriptor(password, &error);

        if (fd < 0)
                return report(error);

        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new_from_array(&fd, 1); /* owns it */
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);

        if (command_has(command, OPTION_REMEMBER))
                g_variant_dict_insert(&options, "remember", "b", TRUE);
        if (!messenger_account_call_unlock_sync(account, g_variant_new_handle(0),
                                                g_variant_dict_end(&options), descriptors, NULL, NULL,
                                                &error))
                return report(error);
        return account_result(connection, command, "State", "state");
}
