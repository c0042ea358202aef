/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_GROUP_CHOOSER (sm_group_chooser_get_type())
G_DECLARE_FINAL_TYPE(SmGroupChooser, sm_group_chooser, SM, GROUP_CHOOSER, AdwBin)

/* Chooses people: among the contacts, by search, and whoever else by their user name. "changed": somebody was chosen, or is not any more. */

/* without: those who are not offered, NULL-terminated; or NULL. */
void sm_group_chooser_set_daemon(SmGroupChooser *self, SmDaemon *daemon, const char *const *without);

/* The names of the chosen, NULL-terminated; newly allocated. */
char **sm_group_chooser_names(SmGroupChooser *self);
