/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/group-notice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/group-notice.h"
#include "gtk-ui/wording.h"

static gboolean is_lost(const ClientMessage *message)
{
        return strcmp(message->kind, "group-lost") == 0;
}

/* Elsewhere it is a matter between two; here it may be that the server has split the group. */
static gboolean is_unreadable(const ClientMessage *message)
{
        return strcmp(message->kind, "unreadable") == 0 && message->conversation[0] == '+';
}

char *group_notice_text(const ClientMessage *message)
{
        g_autofree char *sender = wording_isolated(message->sender), *subject = wording_isolated(message->subject);

        if (is_lost(message))
                return g_strdup(_("Changes of the group were missed, and the server does not have them any more."));
        if (is_unreadable(message))
                return g_strdup_printf(_("What %s said could not be read. If this goes on, rejoin the group: it is "
                                         "among its settings."),
                                       sender);
        return client_group_notice(message->kind, sender, subject);
}

gboolean group_notice_is_warning(const ClientMessage *message)
{
        return is_lost(message) || is_unreadable(message) || strcmp(message->kind, "member-replaced") == 0 ||
               strcmp(message->kind, "group-refused") == 0;
}
