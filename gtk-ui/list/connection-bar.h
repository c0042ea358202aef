/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_CONNECTION_BAR (sm_connection_bar_get_type())
G_DECLARE_FINAL_TYPE(SmConnectionBar, sm_connection_bar, SM, CONNECTION_BAR, AdwBin)

/* Why there is no connection to the server, and what can be done about it; not to be seen while there is one. */
void sm_connection_bar_set_daemon(SmConnectionBar *self, SmDaemon *daemon);
