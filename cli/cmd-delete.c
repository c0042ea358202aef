/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "cli/agreement.h"
#include "cli/bus.h"
#include "cli/message-change.h"
#include "cli/output.h"
#include "cli/report.h"

/* *yes_out: go on. */
static ClientFailure confirm(const Command *command, gboolean *yes_out)
{
        ClientFailure failure = agreement_ask(command,
                                              command_has(command, OPTION_FOR_ME)
                                                              ? _("Delete the message here, and nowhere else? (yes/no) ")
                                                              : _("Delete the message here and at the other side? (yes/no) "),
                                              yes_out);

        if (failure == CLIENT_FAILURE_NONE && !*yes_out)
                output_note("%s", _("Nothing is deleted."));
        return failure;
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
