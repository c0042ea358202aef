/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/typing.h"

#include "client/connection.h"

struct Typing {
        SmConversation *conversation;
        gboolean active;
        gint64 said_us; /* by the monotonic clock */
        guint idle;     /* a timer, while it is active */
};

static void say(Typing *typing, gboolean active)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        typing->active = active;
        typing->said_us = g_get_monotonic_time();
        /* Whatever becomes of it: nothing is lost with it, and there is no use in an error for each key. */
        g_dbus_proxy_call(sm_conversation_proxy(typing->conversation), "SetTyping",
                          g_variant_new("(ba{sv})", active, &options), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, NULL, NULL, NULL);
}

static gboolean on_idle(gpointer userdata)
{
        Typing *typing = userdata;

        typing->idle = 0;
        say(typing, FALSE);
        return G_SOURCE_REMOVE;
}

Typing *typing_new(SmConversation *conversation)
{
        Typing *typing;

        if (!conversation || sm_conversation_is_group(conversation))
                return NULL;
        typing = g_new0(Typing, 1);
        typing->conversation = g_object_ref(conversation);
        return typing;
}

void typing_go_on(Typing *typing)
{
        if (!typing)
                return;
        g_clear_handle_id(&typing->idle, g_source_remove);
        typing->idle = g_timeout_add(TYPING_IDLE_MS, on_idle, typing);
        if (!typing->active || g_get_monotonic_time() - typing->said_us >= TYPING_AGAIN_MS * G_TIME_SPAN_MILLISECOND)
                say(typing, TRUE);
}

void typing_sent(Typing *typing)
{
        if (!typing)
                return;
        g_clear_handle_id(&typing->idle, g_source_remove);
        typing->active = FALSE;
}

void typing_stop(Typing *typing)
{
        if (!typing)
                return;
        g_clear_handle_id(&typing->idle, g_source_remove);
        if (typing->active)
                say(typing, FALSE);
}

Typing *typing_free(Typing *typing)
{
        if (!typing)
                return NULL;
        typing_stop(typing);
        g_object_unref(typing->conversation);
        g_free(typing);
        return NULL;
}
