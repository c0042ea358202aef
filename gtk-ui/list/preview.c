/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/preview.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation/notice.h"
#include "gtk-ui/wording.h"

static char *kind_of_file(const ClientMessage *message)
{
        if (g_str_has_prefix(message->media_type, "image/"))
                return g_strdup(_("Picture"));
        if (g_str_has_prefix(message->media_type, "video/"))
                return g_strdup(_("Video"));
        if (g_str_has_prefix(message->media_type, "audio/"))
                return g_strdup(_("Recording"));
        return *message->name ? wording_one_line(message->name) : g_strdup(_("File"));
}

char *preview_of_message(const ClientMessage *message)
{
        g_autofree char *notice = notice_text(message);

        if (notice)
                return wording_one_line(notice);
        if (*message->text)
                return wording_one_line(message->text);
        return strcmp(message->kind, "attachment") == 0 ? kind_of_file(message) : g_strdup("");
}

char *preview_text(SmConversation *conversation)
{
        SmMessage *newest = sm_conversation_newest(conversation);
        const ClientMessage *message = newest ? sm_message_fields(newest) : NULL;
        g_autofree char *notice = message ? notice_text(message) : NULL, *what = NULL, *who = NULL;

        if (sm_conversation_flag(conversation, "Typing"))
                return g_strdup(_("is typing…"));
        if (*sm_conversation_draft(conversation)) {
                what = wording_one_line(sm_conversation_draft(conversation));
                /* TRANSLATORS: before the beginning of what is not sent yet */
                return g_strdup_printf(_("Draft: %s"), what);
        }
        if (!message)
                return g_strdup("");
        what = preview_of_message(message);
        if (notice || sm_conversation_is_self(conversation) || (!message->outgoing && !sm_conversation_is_group(conversation)))
                return g_steal_pointer(&what);
        if (message->outgoing)
                /* TRANSLATORS: before the beginning of a message */
                return g_strdup_printf(_("You: %s"), what);
        who = wording_isolated(message->sender);
        /* TRANSLATORS: who says something in a group, and what */
        return g_strdup_printf(_("%s: %s"), who, what);
}
