/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/bus.h"
#include "cli/message-change.h"
#include "cli/report.h"

ClientFailure cmd_edit(const Command *command)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        if (bus_id_is_sound(command->arguments[0], &error))
                text = text_argument(command->arguments[1], &error);
        if (!text)
                return report(error);
        return change_message(command, "Edit",
                              g_variant_new("(ss@a{sv})", command->arguments[0], text,
                                            g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0)));
}
