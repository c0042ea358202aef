/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_ACCOUNT_PAGE (sm_account_page_get_type())
G_DECLARE_FINAL_TYPE(SmAccountPage, sm_account_page, SM, ACCOUNT_PAGE, AdwPreferencesPage)

/* Of the preferences: the account, its server, this device, the password, and the account's end. */
void sm_account_page_set_daemon(SmAccountPage *self, SmDaemon *daemon);
