/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/conversation-menu.h"

#include <glib/gi18n.h>
#include <string.h>

static void append_set(GMenu *menu, const char *label, const char *property, gboolean value)
{
        g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);

        g_menu_item_set_action_and_target(item, "row.set", "(sb)", property, value);
        g_menu_append_item(menu, item);
}

static void append_marks(GMenu *menu, SmConversation *conversation)
{
        gboolean unread = sm_conversation_number(conversation, "Unread") > 0 || sm_conversation_flag(conversation, "MarkedUnread");
        gboolean pinned = sm_conversation_flag(conversation, "Pinned"), muted = sm_conversation_flag(conversation, "Muted");

        append_set(menu, pinned ? _("Un_pin") : _("_Pin"), "Pinned", !pinned);
        append_set(menu, muted ? _("Un_mute") : _("_Mute"), "Muted", !muted);
        if (unread)
                g_menu_append(menu, _("Mark as _Read"), "row.read");
        else
                append_set(menu, _("Mark as _Unread"), "MarkedUnread", TRUE);
}

GMenuModel *conversation_menu_new(SmConversation *conversation)
{
        GMenu *menu = g_menu_new();
        g_autoptr(GMenu) first = g_menu_new(), last = g_menu_new();
        g_autofree char *relation = sm_conversation_text(conversation, "Relation");

        append_marks(first, conversation);
        g_menu_append(first, _("_Details"), "row.details");
        g_menu_append_section(menu, NULL, G_MENU_MODEL(first));
        if (strcmp(relation, "blocked") == 0)
                g_menu_append(last, _("Un_block"), "row.call::Unblock");
        else if (!sm_conversation_is_group(conversation) && !sm_conversation_is_self(conversation))
                g_menu_append(last, _("_Block…"), "row.block");
        g_menu_append_section(menu, NULL, G_MENU_MODEL(last));
        return G_MENU_MODEL(menu);
}
