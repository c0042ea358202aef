/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_CONTACT_PAGE (sm_contact_page_get_type())
G_DECLARE_FINAL_TYPE(SmContactPage, sm_contact_page, SM, CONTACT_PAGE, AdwPreferencesWindow)

/*
 * A window before the one that `from` is in: who a contact is, how sure one is of that, and what holds for the conversation with them. It
 * closes by itself with the account.
 */
void sm_contact_page_open(GtkWidget *from, SmDaemon *daemon, SmConversation *contact);
