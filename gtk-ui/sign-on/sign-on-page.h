/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_SIGN_ON_PAGE (sm_sign_on_page_get_type())
G_DECLARE_FINAL_TYPE(SmSignOnPage, sm_sign_on_page, SM, SIGN_ON_PAGE, AdwBin)

/* The first run: which server, and a new account or one that is there already. */
void sm_sign_on_page_set_daemon(SmSignOnPage *self, SmDaemon *daemon);
