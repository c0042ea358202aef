/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/group-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/group-notice.h"

char *group_words(const ClientMessage *message)
{
        if (strcmp(message->kind, "group-lost") == 0)
                return g_strdup(_("changes of the group were missed, and the server does not have them any "
                                  "more: try \"smctl group rejoin\""));
        /* Elsewhere it is a matter between two; here it may be that the server has split the group. */
        if (strcmp(message->kind, "unreadable") == 0 && message->conversation[0] == '+')
                return g_strdup_printf(_("what %1$s said could not be read: if this goes on, try \"smctl group rejoin\""),
                                       message->sender);
        return client_group_notice(message->kind, message->sender, message->subject);
}
