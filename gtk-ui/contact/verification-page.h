/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_VERIFICATION_PAGE (sm_verification_page_get_type())
G_DECLARE_FINAL_TYPE(SmVerificationPage, sm_verification_page, SM, VERIFICATION_PAGE, AdwWindow)

/*
 * A window before the one that `from` is in, where one makes sure that a contact's key is theirs: by comparing emoji, live, or the
 * safety number. Where a comparison is under way, it goes on there; closing the window does not end it. It closes by itself with the
 * account.
 */
void sm_verification_page_open(GtkWidget *from, SmDaemon *daemon, SmConversation *contact);

/* The same, and asks the contact to compare emoji, or says yes to their question. */
void sm_verification_page_compare(GtkWidget *from, SmDaemon *daemon, SmConversation *contact);
