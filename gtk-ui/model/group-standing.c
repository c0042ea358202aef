/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/group-standing.h"

#include <glib/gi18n.h>
#include <string.h>

GroupStanding group_standing(SmConversation *conversation)
{
        static const char *const names[] = {
                        [GROUP_STANDING_MEMBER] = "member",   [GROUP_STANDING_INVITED] = "invited",
                        [GROUP_STANDING_LEAVING] = "leaving", [GROUP_STANDING_LEFT] = "left",
                        [GROUP_STANDING_REMOVED] = "removed", [GROUP_STANDING_LOST] = "lost",
        };
        g_autofree char *name = NULL;

        if (!conversation || !sm_conversation_is_group(conversation))
                return GROUP_STANDING_NONE;
        name = sm_conversation_text(conversation, "Standing");
        for (size_t i = GROUP_STANDING_MEMBER; i < G_N_ELEMENTS(names); i++)
                if (strcmp(names[i], name) == 0)
                        return (GroupStanding)i;
        return GROUP_STANDING_NONE;
}

gboolean group_is_ours(SmConversation *conversation)
{
        g_autofree char *role = sm_conversation_text(conversation, "Role");

        return group_standing(conversation) == GROUP_STANDING_MEMBER && strcmp(role, "admin") == 0;
}

char *group_subtitle(SmConversation *conversation)
{
        guint count;

        switch (group_standing(conversation)) {
        case GROUP_STANDING_NONE:
                return g_strdup("");
        case GROUP_STANDING_MEMBER:
        case GROUP_STANDING_INVITED:
                break;
        case GROUP_STANDING_LEAVING:
                return g_strdup(_("You are leaving"));
        case GROUP_STANDING_LEFT:
                return g_strdup(_("You have left"));
        case GROUP_STANDING_REMOVED:
                return g_strdup(_("You were removed"));
        case GROUP_STANDING_LOST:
                return g_strdup(_("Out of step"));
        }
        count = (guint)sm_conversation_number(conversation, "MemberCount");
        return g_strdup_printf(ngettext("%u member", "%u members", count), count);
}
