/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "cli/bus.h"
#include "cli/message-change.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/terminal.h"

/* *yes_out: go on. */
static ClientFailure confirm(const Command *command, gboolean *yes_out)
{
        gboolean for_me = command_has(command, OPTION_FOR_ME);

        *yes_out = command_has(command, OPTION_YES);
        if (*yes_out)
                return CLIENT_FAILURE_NONE;
        switch (terminal_confirm(for_me ? _("Delete the message here, and nowhere else? (yes/no) ")
                                        : _("Delete the message here and at the other side? (yes/no) "),
                                 yes_out)) {
        case TERMINAL_OK:
                if (!*yes_out)
                        output_note("%s", _("Nothing is deleted."));
                return CLIENT_FAILURE_NONE;
        case TERMINAL_NONE:
                return report_usage(_("There is no terminal to ask for agreement: use --yes."));
        case TERMINAL_INTERRUPTED:
        case TERMINAL_TOO_LONG:
                break;
        }
        return CLIENT_FAILURE_INTERRUPTED;
}

ClientFailure cmd_delete(const Command *command)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autoptr(GError) error = NULL;
        ClientFailure failure;
        gboolean yes;

        if (!bus_id_is_sound(command->arguments[0], &error))
                return report(error);
        failure = confirm(command, &yes);
        if (failure != CLIENT_FAILURE_NONE)
                return failure;
        if (!yes)
                return CLIENT_FAILURE_INTERRUPTED;
        g_variant_builder_add(&options, "{sv}", "for-everyone",
                              g_variant_new_boolean(!command_has(command, OPTION_FOR_ME)));
        return change_message(command, "Delete",
                              g_variant_new("(s@a{sv})", command->arguments[0], g_variant_builder_end(&options)));
}
