/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_GROUP_PAGE (sm_group_page_get_type())
G_DECLARE_FINAL_TYPE(SmGroupPage, sm_group_page, SM, GROUP_PAGE, AdwWindow)

/* Shows who is in a group and what it is set to, with what one may change. It closes when the account locks. */
void sm_group_page_open(GtkWindow *parent, SmDaemon *daemon, SmConversation *conversation);
