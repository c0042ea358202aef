/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/sign-on.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/agreement.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/password.h"
#include "cli/report.h"

/* Adds a secret to the descriptors of a call. Returns its index, or -1. */
static int append_secret(GUnixFDList *descriptors, const ClientSecret *secret, GError **error)
{
        int fd = client_secret_to_descriptor(secret, error);

        if (fd < 0)
                return -1;
        int index = g_unix_fd_list_append(descriptors, fd, error); /* its own copy */

        close(fd);
        return index;
}

static GVariant *options_of(const Command *command, int invitation_index)
{
        g_auto(GVariantDict) dictionary = G_VARIANT_DICT_INIT(NULL);

        if (command_has(command, OPTION_SERVER_PIN))
                g_variant_dict_insert(&dictionary, "pin", "s", command->values[OPTION_SERVER_PIN]);
        if (command_has(command, OPTION_INSECURE_LOOPBACK))
                g_variant_dict_insert(&dictionary, "insecure-loopback", "b", TRUE);
        if (invitation_index >= 0)
                g_variant_dict_insert(&dictionary, "invitation", "h", invitation_index);
        return g_variant_dict_end(&dictionary);
}

static gboolean call(MessengerAccount *account, const Command *command, SignOn kind,
                     const ClientSecret *password, const ClientSecret *invitation, GError **error)
{
        const char *server = command_has(command, OPTION_SERVER) ? command->values[OPTION_SERVER]
                                                                 : SIGN_ON_DEFAULT_SERVER;
        const char *name = command->arguments[0];
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
        int password_index = append_secret(descriptors, password, error);
        int invitation_index = -1;

        if (password_index < 0)
                return FALSE;
        if (invitation) {
                invitation_index = append_secret(descriptors, invitation, error);
                if (invitation_index < 0)
                        return FALSE;
        }

        GVariant *handle = g_variant_new_handle(password_index);
        GVariant *arguments = options_of(command, invitation_index);

        if (kind == SIGN_ON_REGISTER)
                return messenger_account_call_register_sync(account, server, name, handle, arguments,
                                                            descriptors, NULL, NULL, error);
        return messenger_account_call_login_sync(account, server, name, handle, arguments, descriptors, NULL,
                                                 NULL, error);
}

/* Asks before another device is signed out. A script that brings the password has decided. */
static ClientFailure confirm_login(const Command *command)
{
        gboolean yes = FALSE;
        ClientFailure failure;

        if (password_is_given(command))
                return CLIENT_FAILURE_NONE;
        failure = agreement_ask(command,
                                _("The device that has this account now will be signed out. Here it begins with a "
                                  "new key, which contacts\nare told of, and without a history. Go on? (yes/no) "),
                                &yes);
        if (failure != CLIENT_FAILURE_NONE || yes)
                return failure;
        output_note("%s", _("Nothing was done."));
        return CLIENT_FAILURE_INTERRUPTED;
}

/* Before a person types a password in vain. */
static gboolean has_no_account_yet(GDBusConnection *connection, GError **error)
{
        g_autoptr(GVariant) account =
                        bus_properties(connection, CLIENT_ROOT_PATH, CLIENT_BUS_NAME ".Account", error);

        if (!account)
                return FALSE;
        if (strcmp(bus_string(account, "State"), "no-account") == 0)
                return TRUE;
        g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_ALREADY_REGISTERED,
                            client_failure_sentence(CLIENT_FAILURE_ALREADY_REGISTERED));
        return FALSE;
}

static ClientFailure show(GDBusConnection *connection, const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) account = bus_unlocked_account(connection, &error);

        if (!account)
                return report(error);

        const char *name = bus_string(account, "UserName"), *server = bus_string(account, "Server");

        if (command_has(command, OPTION_JSON)) {
                g_auto(GVariantDict) dictionary = G_VARIANT_DICT_INIT(NULL);

                g_variant_dict_insert(&dictionary, "state", "s", bus_string(account, "State"));
                g_variant_dict_insert(&dictionary, "user-name", "s", name);
                g_variant_dict_insert(&dictionary, "server", "s", server);
                json_print(g_variant_dict_end(&dictionary));
        } else {
                g_autofree char *line = g_strdup_printf(_("You are %s on %s."), name, server);
                g_autofree char *safe = harmless_line(line);

                puts(safe);
        }
        return CLIENT_FAILURE_NONE;
}

ClientFailure sign_on(const Command *command, SignOn kind)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(ClientSecret) invitation = NULL;
        ClientFailure failure;

        if (!bus_name_is_sound(command->arguments[0], &error))
                return report(error);

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection || !has_no_account_yet(connection, &error))
                return report(error);
        if (command_has(command, OPTION_INVITATION_FILE)) {
                invitation = password_read_file(command->values[OPTION_INVITATION_FILE], &failure);
                if (!invitation)
                        return failure;
        }
        if (kind == SIGN_ON_LOGIN) {
                failure = confirm_login(command);
                if (failure != CLIENT_FAILURE_NONE)
                        return failure;
        }

        g_autoptr(ClientSecret) password = password_obtain(
                        command, kind == SIGN_ON_REGISTER ? PASSWORD_NEW : PASSWORD_EXISTING, &failure);

        if (!password)
                return failure;

        g_autoptr(MessengerAccount) account = bus_account(connection, &error);

        if (!account || !call(account, command, kind, password, invitation, &error)) {
                if (client_failure_of(error) != CLIENT_FAILURE_WRONG_PASSWORD)
                        return report(error);
                output_note("%s", _("The password is wrong, or nobody on this server has the name. Try again."));
                return CLIENT_FAILURE_WRONG_PASSWORD;
        }
        return show(connection, command);
}
