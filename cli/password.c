/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <limits.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/report.h"
#include "cli/terminal.h"

gboolean password_is_given(const Command *command)
{
        return command_has(command, OPTION_PASSWORD_FILE) || command_has(command, OPTION_PASSWORD_FD);
}

static ClientSecret *read_descriptor(int fd, ClientFailure *failure)
{
        g_autoptr(ClientSecret) secret = client_secret_new();
        g_autoptr(GError) error = NULL;

        if (!client_secret_read(secret, fd, &error)) {
                *failure = report(error);
                return NULL;
        }
        return g_steal_pointer(&secret);
}

ClientSecret *password_read_file(const char *path, ClientFailure *failure)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

        if (fd < 0) {
                *failure = report_file(CLIENT_FAILURE_FAILED, path, errno);
                return NULL;
        }
        ClientSecret *secret = read_descriptor(fd, failure);

        close(fd);
        return secret;
}

static ClientSecret *read_given_descriptor(const Command *command, OptionId option, ClientFailure *failure)
{
        g_autofree char *problem = NULL;
        uint64_t fd;

        if (command_number(command, option, 0, INT_MAX, &fd, &problem) != 0) {
                *failure = report_usage(problem);
                return NULL;
        }
        if (fcntl((int)fd, F_GETFD) < 0) {
                *failure = report_usage(_("The file descriptor of the password is not open."));
                return NULL;
        }
        return read_descriptor((int)fd, failure);
}

static ClientSecret *ask(const char *prompt, ClientFailure *failure)
{
        g_autoptr(ClientSecret) secret = client_secret_new();

        *failure = CLIENT_FAILURE_NONE;
        switch (terminal_read_secret(prompt, secret)) {
        case TERMINAL_OK:
                return g_steal_pointer(&secret);
        case TERMINAL_NONE:
                *failure = report_usage(
                                _("There is no terminal to ask for the password: use --password-file or "
                                  "--password-fd."));
                return NULL;
        case TERMINAL_TOO_LONG:
                *failure = report_failure(CLIENT_FAILURE_BAD_PASSWORD);
                return NULL;
        case TERMINAL_INTERRUPTED:
                break;
        }
        *failure = CLIENT_FAILURE_INTERRUPTED;
        return NULL;
}

ClientSecret *password_obtain(const Command *command, PasswordUse use, ClientFailure *failure)
{
        OptionId file = use == PASSWORD_CHANGED_TO ? OPTION_NEW_PASSWORD_FILE : OPTION_PASSWORD_FILE;
        OptionId fd = use == PASSWORD_CHANGED_TO ? OPTION_NEW_PASSWORD_FD : OPTION_PASSWORD_FD;

        if (command_has(command, file) && command_has(command, fd)) {
                *failure = report_usage(_("Give the password as a file or as a descriptor, not as both."));
                return NULL;
        }
        if (command_has(command, file))
                return password_read_file(command->values[file], failure);
        if (command_has(command, fd))
                return read_given_descriptor(command, fd, failure);

        g_autoptr(ClientSecret) secret =
                        ask(use == PASSWORD_EXISTING ? _("Password: ") : _("New password: "), failure);

        if (!secret || use == PASSWORD_EXISTING)
                return g_steal_pointer(&secret);

        g_autoptr(ClientSecret) again = ask(_("The same again: "), failure);

        if (!again)
                return NULL;
        if (!client_secret_equal(secret, again)) {
                output_note("%s", _("The two passwords differ. Nothing was done; try again."));
                *failure = CLIENT_FAILURE_BAD_PASSWORD;
                return NULL;
        }
        return g_steal_pointer(&secret);
}
