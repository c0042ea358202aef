/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_CHANGE_PASSWORD (sm_change_password_get_type())
G_DECLARE_FINAL_TYPE(SmChangePassword, sm_change_password, SM, CHANGE_PASSWORD, AdwWindow)

/* The old password and the new one twice; closes by itself once the password is changed. */
void sm_change_password_open(GtkWindow *parent, SmDaemon *daemon);
