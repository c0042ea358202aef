/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_APPLICATION_ID "org.securemessenger.SecureMessenger"

#define SM_TYPE_APPLICATION (sm_application_get_type())
G_DECLARE_FINAL_TYPE(SmApplication, sm_application, SM, APPLICATION, AdwApplication)

/*
 * The one process of the window. It is activated by D-Bus, and its action open-conversation(s) shows the window with the
 * conversation of that name, which is what a notification calls.
 */
SmApplication *sm_application_new(void);
