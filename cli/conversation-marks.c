/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/conversation-marks.h"

#include <glib/gi18n.h>
#include <stdio.h>

static gboolean is(GVariant *conversation, const char *property)
{
        gboolean value = FALSE;

        g_variant_lookup(conversation, property, "b", &value);
        return value;
}

void conversation_marks_show(GVariant *conversation)
{
        guint32 unread = 0;

        g_variant_lookup(conversation, "Unread", "u", &unread);
        if (unread > 0)
                printf(_("  %u unread"), unread);
        else if (is(conversation, "MarkedUnread"))
                printf("  %s", _("marked as unread"));
        if (is(conversation, "Pinned"))
                printf("  %s", _("pinned"));
        if (is(conversation, "Muted"))
                printf("  %s", _("muted"));
}
