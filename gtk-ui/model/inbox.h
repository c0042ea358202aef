/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_INBOX (sm_inbox_get_type())
G_DECLARE_FINAL_TYPE(SmInbox, sm_inbox, SM, INBOX, GObject)

/*
 * The conversations as a person wants to have them: requests of strangers, and invitations by them, in a list of their own; what
 * was declined nowhere; pinned ones first, then by the newest message. It all follows what happens.
 */
SmInbox *sm_inbox_new(GListModel *conversations);

GListModel *sm_inbox_conversations(SmInbox *self);
GListModel *sm_inbox_requests(SmInbox *self);

/* Somebody has to be accepted first. */
gboolean sm_inbox_is_request(SmConversation *conversation);
