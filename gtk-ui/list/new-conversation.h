/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_NEW_CONVERSATION (sm_new_conversation_get_type())
G_DECLARE_FINAL_TYPE(SmNewConversation, sm_new_conversation, SM, NEW_CONVERSATION, GtkPopover)

/*
 * Asks for somebody's name, with suggestions where the server has a directory. Signal: "write-to" (the name), which is somebody's
 * unless the server does not tell.
 */
void sm_new_conversation_set_daemon(SmNewConversation *self, SmDaemon *daemon);
