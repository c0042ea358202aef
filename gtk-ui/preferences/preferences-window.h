/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_PREFERENCES_WINDOW (sm_preferences_window_get_type())
G_DECLARE_FINAL_TYPE(SmPreferencesWindow, sm_preferences_window, SM, PREFERENCES_WINDOW, AdwPreferencesWindow)

/*
 * What a person can set, as it stands: changes that come from elsewhere show at once. While the account is locked there is nothing
 * to set: it closes, and does not open.
 */
void sm_preferences_window_open(GtkWindow *parent, SmDaemon *daemon);
