/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_MESSAGE_LIST (sm_message_list_get_type())
G_DECLARE_FINAL_TYPE(SmMessageList, sm_message_list, SM, MESSAGE_LIST, AdwBin)

/* What was said in a conversation, the newest at the end, with what one may do to each. name NULL: in none. */
void sm_message_list_set_conversation(SmMessageList *self, SmDaemon *daemon, const char *name);

/* The conversation, a group, has got another name. */
void sm_message_list_rename(SmMessageList *self, const char *name);

/* Whoever writes wants to see it. */
void sm_message_list_show_newest(SmMessageList *self);

/* To the message with this number, wherever it is. */
void sm_message_list_jump(SmMessageList *self, guint64 number);
