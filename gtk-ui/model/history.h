/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/daemon.h"
#include "gtk-ui/model/message.h"

#define SM_TYPE_HISTORY (sm_history_get_type())
G_DECLARE_FINAL_TYPE(SmHistory, sm_history, SM, HISTORY, GObject)

/*
 * A conversation as a list model of SmMessage, the oldest first: a first page of the newest at once, with what is unread; older ones when
 * somebody asks, and what comes while it is open. However long the conversation is, no more than HISTORY_ITEMS_MAX are held: what is farthest from
 * where the person reads is dropped, and loaded again when it is needed.
 *
 * Signals: "located" (guint), the position of what sm_history_locate() looked for; "arrived" (SmMessage), a new one of somebody
 * else's.
 */
enum { HISTORY_PAGE = 50, HISTORY_ITEMS_MAX = 1000 };

/* unread: how many of the newest nobody here has read, for the line above them. */
SmHistory *sm_history_new(SmDaemon *daemon, const char *conversation, guint unread);

/* The conversation, a group, has got another name. */
void sm_history_rename(SmHistory *self, const char *conversation);

/* Nothing happens while a page is on its way, or where there is nothing in that direction. */
void sm_history_load_older(SmHistory *self);
void sm_history_load_newer(SmHistory *self);

/* There are newer ones than those that it holds. */
gboolean sm_history_has_newer(SmHistory *self);
/* Holds the newest ones, whatever it held. */
void sm_history_show_newest(SmHistory *self);

/* Holds the message with this number, or what is left beside it, and then emits "located", maybe at once. */
void sm_history_locate(SmHistory *self, guint64 number);
