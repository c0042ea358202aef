/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <unistd.h>

#include "cli/account-result.h"
#include "cli/bus.h"
#include "cli/output.h"
#include "cli/password.h"
#include "cli/report.h"

static gboolean call(MessengerAccount *account, const ClientSecret *old, const ClientSecret *new,
                     GError **error)
{
        g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
        int fds[2] = {client_secret_to_descriptor(old, error), -1};

        if (fds[0] < 0)
                return FALSE;
        fds[1] = client_secret_to_descriptor(new, error);
        if (fds[1] < 0) {
                close(fds[0]);
                return FALSE;
        }

        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new_from_array(fds, 2); /* owns them */

        return messenger_account_call_change_password_sync(account, g_variant_new_handle(0),
                                                           g_variant_new_handle(1),
                                                           g_variant_dict_end(&options), descriptors, NULL,
                                                           NULL, error);
}

ClientFailure cmd_passwd(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);
        ClientFailure failure;

        /* Before a person types passwords in vain. */
        g_autoptr(GVariant) before = connection ? bus_unlocked_account(connection, &error) : NULL;

        if (!before)
                return report(error);

        g_autoptr(ClientSecret) old = password_obtain(command, PASSWORD_EXISTING, &failure);

        if (!old)
                return failure;

        g_autoptr(ClientSecret) new = password_obtain(command, PASSWORD_CHANGED_TO, &failure);

        if (!new)
                return failure;

        g_autoptr(MessengerAccount) account = bus_account(connection, &error);

        if (!account || !call(account, old, new, &error))
                return report(error);
        if (!command_has(command, OPTION_JSON))
                output_note("%s", _("The password is changed."));
        return account_result(connection, command, "State", "state");
}
