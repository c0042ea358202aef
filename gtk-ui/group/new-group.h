/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_NEW_GROUP (sm_new_group_get_type())
G_DECLARE_FINAL_TYPE(SmNewGroup, sm_new_group, SM, NEW_GROUP, AdwWindow)

/* Makes a group, and opens its conversation. Where somebody cannot be added, the group is there, and the choice can be mended. */
void sm_new_group_open(GtkWindow *parent, SmDaemon *daemon);

/* Adds people to a group that is there. members: who is in it, NULL-terminated. */
void sm_new_group_open_for(GtkWindow *parent, SmDaemon *daemon, SmConversation *group, const char *const *members);
