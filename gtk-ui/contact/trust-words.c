/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/trust-words.h"

#include <glib/gi18n.h>
#include <string.h>

static char *since(SmConversation *contact)
{
        g_autoptr(GVariant) value =
                        g_dbus_proxy_get_cached_property(sm_conversation_proxy(contact), "VerifiedTime");
        gint64 time = value && g_variant_is_of_type(value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64(value) : 0;
        g_autoptr(GDateTime) when = time > 0 ? g_date_time_new_from_unix_local(time / 1000) : NULL;

        return when ? g_date_time_format(when, "%x") : NULL;
}

static char *verified(SmConversation *contact)
{
        g_autofree char *how = sm_conversation_text(contact, "VerifiedHow"), *date = since(contact);

        if (!date)
                return g_strdup(_("Verified"));
        if (strcmp(how, "emoji") == 0)
                /* TRANSLATORS: a date */
                return g_strdup_printf(_("Verified by emoji, since %s"), date);
        if (strcmp(how, "safety-number") == 0)
                /* TRANSLATORS: a date */
                return g_strdup_printf(_("Verified by the safety number, since %s"), date);
        /* TRANSLATORS: a date */
        return g_strdup_printf(_("Verified since %s"), date);
}

char *trust_words(SmConversation *contact)
{
        g_autofree char *number = NULL;

        if (sm_conversation_flag(contact, "KeyChanged"))
                return g_strdup(_("The security key has changed, and nothing is sent"));
        if (sm_conversation_flag(contact, "Verified"))
                return verified(contact);
        number = sm_conversation_text(contact, "SafetyNumber");
        return g_strdup(*number ? _("Not verified yet") : _("No key of theirs is known yet"));
}

const char *trust_icon_name(SmConversation *contact)
{
        if (sm_conversation_flag(contact, "KeyChanged"))
                return "dialog-warning-symbolic";
        return sm_conversation_flag(contact, "Verified") ? "security-high-symbolic" : "security-medium-symbolic";
}
