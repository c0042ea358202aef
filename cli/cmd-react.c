/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "cli/bus.h"
#include "cli/message-change.h"
#include "cli/report.h"

ClientFailure cmd_react(const Command *command)
{
        gboolean removes = command_has(command, OPTION_REMOVE);
        g_autoptr(GError) error = NULL;
        const char *emoji;

        if (removes == (command->n_arguments > 1))
                return report_usage(_("Give either an emoji or --remove."));
        emoji = removes ? "" : command->arguments[1];
        if (!removes && !*emoji)
                return report_usage(_("Give either an emoji or --remove."));
        if (!bus_id_is_sound(command->arguments[0], &error) || !bus_text_is_sound(emoji, &error))
                return report(error);
        return change_message(command, "React",
                              g_variant_new("(ss@a{sv})", command->arguments[0], emoji,
                                            g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0)));
}
