/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#define SM_TYPE_PASSWORD_ROW (sm_password_row_get_type())
G_DECLARE_FINAL_TYPE(SmPasswordRow, sm_password_row, SM, PASSWORD_ROW, AdwPreferencesRow)

/*
 * An entry for a password among other rows, which a screen reader knows for one. Signals: "changed", "activated".
 * The editable is borrowed; use it for its text and nothing else.
 */
GtkEditable *sm_password_row_editable(SmPasswordRow *self);
void sm_password_row_focus(SmPasswordRow *self);
