/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define SM_TYPE_CONTACT (sm_contact_get_type())
G_DECLARE_FINAL_TYPE(SmContact, sm_contact, SM, CONTACT, GObject)

/*
 * A contact of the daemon's, as its properties stand. "changed" is emitted when one of them has. A property that the daemon
 * does not have reads as FALSE, 0 or "".
 */
SmContact *sm_contact_new(GDBusProxy *proxy);

GDBusProxy *sm_contact_proxy(SmContact *self);
const char *sm_contact_name(SmContact *self);
gboolean sm_contact_flag(SmContact *self, const char *property);
guint64 sm_contact_number(SmContact *self, const char *property);
char *sm_contact_text(SmContact *self, const char *property);

/* The newest message, once it is known: set by whoever has read it. */
void sm_contact_set_newest(SmContact *self, guint64 number, gint64 time, const char *preview);
guint64 sm_contact_newest(SmContact *self);
gint64 sm_contact_newest_time(SmContact *self); /* milliseconds since 1970, or 0 */
const char *sm_contact_preview(SmContact *self);
