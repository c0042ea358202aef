/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/agreement.h"

#include <glib/gi18n.h>

#include "cli/output.h"
#include "cli/report.h"
#include "cli/terminal.h"

ClientFailure agreement_ask(const Command *command, const char *question, gboolean *yes_out)
{
        *yes_out = command_has(command, OPTION_YES);
        if (*yes_out)
                return CLIENT_FAILURE_NONE;
        switch (terminal_confirm(question, yes_out)) {
        case TERMINAL_OK:
                return CLIENT_FAILURE_NONE;
        case TERMINAL_NONE:
                return report_usage(_("There is no terminal to ask for agreement: use --yes."));
        case TERMINAL_INTERRUPTED:
        case TERMINAL_TOO_LONG:
                break;
        }
        return CLIENT_FAILURE_INTERRUPTED;
}

ClientFailure agreement_need(const Command *command, const char *question)
{
        gboolean yes = FALSE;
        ClientFailure failure = agreement_ask(command, question, &yes);

        if (failure != CLIENT_FAILURE_NONE || yes)
                return failure;
        output_note("%s", _("Nothing is changed."));
        return CLIENT_FAILURE_INTERRUPTED;
}
