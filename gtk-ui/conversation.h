/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define SM_TYPE_CONVERSATION (sm_conversation_get_type())
G_DECLARE_FINAL_TYPE(SmConversation, sm_conversation, SM, CONVERSATION, GObject)

/*
 * A conversation of the daemon's, with a contact or in a group, as the properties of its object stand. "changed" is emitted
 * when one of them has. A property that the daemon does not have reads as FALSE, 0 or "".
 */
SmConversation *sm_conversation_new(GDBusProxy *proxy);

GDBusProxy *sm_conversation_proxy(SmConversation *self); /* of the Contact or the Group interface */
gboolean sm_conversation_is_group(SmConversation *self);

/* What calls and messages say: a user name, or a group's, "+family". A group's may change: borrowed until "changed". */
const char *sm_conversation_name(SmConversation *self);
/* What a person reads. Borrowed until "changed". */
const char *sm_conversation_title(SmConversation *self);
gboolean sm_conversation_flag(SmConversation *self, const char *property);
guint64 sm_conversation_number(SmConversation *self, const char *property);
char *sm_conversation_text(SmConversation *self, const char *property);

/* The newest message, once it is known: set by whoever has read it. */
void sm_conversation_set_newest(SmConversation *self, guint64 number, gint64 time, const char *preview);
guint64 sm_conversation_newest(SmConversation *self);
gint64 sm_conversation_newest_time(SmConversation *self); /* milliseconds since 1970, or 0 */
const char *sm_conversation_preview(SmConversation *self);
