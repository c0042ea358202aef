/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_CHANGE_SERVER (sm_change_server_get_type())
G_DECLARE_FINAL_TYPE(SmChangeServer, sm_change_server, SM, CHANGE_SERVER, AdwWindow)

/* Where the account's server is now, as a link; closes by itself once the daemon has taken another one. */
void sm_change_server_open(GtkWindow *parent, SmDaemon *daemon);
