/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/application.h"
#include "gtk-ui/model/daemon.h"

#define SM_TYPE_WINDOW (sm_window_get_type())
G_DECLARE_FINAL_TYPE(SmWindow, sm_window, SM, WINDOW, AdwApplicationWindow)

/* Shows what the daemon's state calls for: waiting, signing on, unlocking, or the conversations. */
SmWindow *sm_window_new(SmApplication *application, SmDaemon *daemon);

/* At once, or as soon as the account is unlocked and has that conversation. */
void sm_window_open_conversation(SmWindow *self, const char *name);
