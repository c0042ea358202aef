/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_UNLOCK_PAGE (sm_unlock_page_get_type())
G_DECLARE_FINAL_TYPE(SmUnlockPage, sm_unlock_page, SM, UNLOCK_PAGE, AdwBin)

/* The account is locked: asks for the password. */
void sm_unlock_page_set_daemon(SmUnlockPage *self, SmDaemon *daemon);
