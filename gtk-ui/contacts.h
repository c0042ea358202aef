/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/contact.h"

#define SM_TYPE_CONTACTS (sm_contacts_get_type())
G_DECLARE_FINAL_TYPE(SmContacts, sm_contacts, SM, CONTACTS, GObject)

/* The daemon's contact objects as a list model of SmContact, in no order; empty unless it is active. */
SmContacts *sm_contacts_new(GDBusConnection *connection);
void sm_contacts_set_active(SmContacts *self, gboolean active);
SmContact *sm_contacts_find(SmContacts *self, const char *name); /* borrowed, or NULL */
