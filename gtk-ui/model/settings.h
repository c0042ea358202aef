/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define SM_TYPE_SETTINGS (sm_settings_get_type())
G_DECLARE_FINAL_TYPE(SmSettings, sm_settings, SM, SETTINGS, GObject)

/*
 * The daemon's Settings, as they stand. Signals: "changed", whose detail is the name of the property, also when a write of it was
 * refused, for whoever shows it to show again what is so; "refused" (a sentence that says why).
 */
SmSettings *sm_settings_new(GDBusConnection *connection);
GVariant *sm_settings_read(SmSettings *self, const char *name); /* NULL until it is known; a reference of the caller's own */
void sm_settings_write(SmSettings *self, const char *name, GVariant *value); /* takes a floating value */
