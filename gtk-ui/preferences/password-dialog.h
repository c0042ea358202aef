/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_PASSWORD_DIALOG (sm_password_dialog_get_type())
G_DECLARE_FINAL_TYPE(SmPasswordDialog, sm_password_dialog, SM, PASSWORD_DIALOG, AdwWindow)

/* What the password is asked for: a method of Account that takes it. */
typedef struct SmPasswordQuestion {
        const char *method;
        const char *option; /* that is set to true, or NULL */
        const char *title, *text, *button; /* to be translated */
        gboolean is_destructive; /* the account's name is to be typed as well */
} SmPasswordQuestion;

/* Closes by itself once that is done; what goes wrong stands below the password. `question` is static. */
void sm_password_dialog_open(GtkWindow *parent, SmDaemon *daemon, const SmPasswordQuestion *question);
