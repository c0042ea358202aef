/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#define SM_TYPE_WINDOW_SETTINGS (sm_window_settings_get_type())
G_DECLARE_FINAL_TYPE(SmWindowSettings, sm_window_settings, SM, WINDOW_SETTINGS, GObject)

/*
 * What is the window's own to remember, as properties of one object, in $XDG_CONFIG_HOME/secure-messenger/window.ini. A property
 * that is set is written soon after, by itself. Each is a key of the file's group "window":
 *
 * "enter-sends" (gboolean, TRUE): Enter sends what is written, and Shift+Enter begins another line; else Ctrl+Enter sends.
 */
SmWindowSettings *sm_window_settings_get(void); /* borrowed, until sm_window_settings_release() */
void sm_window_settings_release(void);          /* at the program's end: what is not written yet is written */
