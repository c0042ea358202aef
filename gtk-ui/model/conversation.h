/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "gtk-ui/model/message.h"

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
/* Something can be said there: one is a member of the group. */
gboolean sm_conversation_can_write(SmConversation *self);
gboolean sm_conversation_flag(SmConversation *self, const char *property);
guint64 sm_conversation_number(SmConversation *self, const char *property);
char *sm_conversation_text(SmConversation *self, const char *property);

/* The conversation with oneself: notes. */
void sm_conversation_set_self(SmConversation *self);
gboolean sm_conversation_is_self(SmConversation *self);

/* The newest message, once it is known: set by whoever has read it; NULL: there is none any more. An older one changes nothing. */
void sm_conversation_set_newest(SmConversation *self, GVariant *dictionary);
SmMessage *sm_conversation_newest(SmConversation *self); /* borrowed, or NULL */

/* What somebody has begun to write there, and left; "" for nothing. Set by whoever keeps it. */
void sm_conversation_set_draft(SmConversation *self, const char *draft);
const char *sm_conversation_draft(SmConversation *self);
