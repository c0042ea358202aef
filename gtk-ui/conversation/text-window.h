/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client/message.h"
#include "gtk-ui/model/daemon.h"

#define SM_TYPE_TEXT_WINDOW (sm_text_window_get_type())
G_DECLARE_FINAL_TYPE(SmTextWindow, sm_text_window, SM, TEXT_WINDOW, AdwWindow)

/*
 * All of a message that is too long to be shown among others, to be read and copied. It changes with the message, and closes where that is
 * deleted, its time is over, or the account is locked.
 */
void sm_text_window_show(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message);
