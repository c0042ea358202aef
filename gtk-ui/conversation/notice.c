/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/notice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation/group-notice.h"
#include "gtk-ui/wording.h"

static gboolean is(const ClientMessage *message, const char *kind)
{
        return strcmp(message->kind, kind) == 0;
}

static char *timer_text(const ClientMessage *message)
{
        g_autofree char *time = NULL;

        if (message->timer == 0)
                return g_strdup_printf(_("%s has set that new messages stay."), message->sender);
        time = wording_duration(message->timer);
        /* TRANSLATORS: a name, and a time such as "5 minutes" */
        return g_strdup_printf(_("%s has set that new messages disappear %s after they were read."), message->sender,
                               time);
}

char *notice_text(const ClientMessage *message)
{
        char *of_group = group_notice_text(message);

        if (of_group)
                return of_group;
        if (is(message, "text") || is(message, "attachment"))
                return NULL;
        if (is(message, "key-change"))
                return g_strdup(_("The security key has changed. Somebody may be listening in, or they have a new "
                                  "device: compare the safety number."));
        if (is(message, "verification-mismatch"))
                return g_strdup(_("The emoji differed. Somebody may stand between you."));
        if (is(message, "verified"))
                return g_strdup_printf(_("%s is verified."), message->conversation);
        if (is(message, "unverified"))
                return g_strdup_printf(_("%s is not verified any more."), message->conversation);
        if (is(message, "account-deleted"))
                return g_strdup_printf(_("%s has deleted their account."), message->conversation);
        if (is(message, "deleted"))
                return g_strdup(_("This message was deleted."));
        if (is(message, "expired"))
                return g_strdup(_("This message has disappeared."));
        if (is(message, "unreadable"))
                return g_strdup(_("A message came that could not be decrypted."));
        if (is(message, "timer-change"))
                return timer_text(message);
        return g_strdup(_("Something came that this version cannot show."));
}

gboolean notice_is_warning(const ClientMessage *message)
{
        return is(message, "key-change") || is(message, "verification-mismatch") || is(message, "unverified") ||
               group_notice_is_warning(message);
}
