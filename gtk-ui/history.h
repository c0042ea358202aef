/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/daemon.h"
#include "gtk-ui/message.h"

#define SM_TYPE_HISTORY (sm_history_get_type())
G_DECLARE_FINAL_TYPE(SmHistory, sm_history, SM, HISTORY, GObject)

/*
 * A conversation as a list model of SmMessage, the oldest first: the newest page at once, older ones when somebody asks, and
 * what comes while it is open. However long the conversation is, no more than HISTORY_ITEMS_MAX are held: what is farthest from
 * where the person reads is dropped, and loaded again when it is needed.
 */
enum { HISTORY_PAGE = 50, HISTORY_ITEMS_MAX = 1000 };

SmHistory *sm_history_new(SmDaemon *daemon, const char *conversation);

/* Nothing happens while a page is on its way, or where there is nothing in that direction. */
void sm_history_load_older(SmHistory *self);
void sm_history_load_newer(SmHistory *self);
