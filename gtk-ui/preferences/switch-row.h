/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/settings.h"

#define SM_TYPE_SWITCH_ROW (sm_switch_row_get_type())
G_DECLARE_FINAL_TYPE(SmSwitchRow, sm_switch_row, SM, SWITCH_ROW, AdwActionRow)

/*
 * A row that is on or off. Its property "active" can be bound; or, with the name of a setting of the daemon's in "setting", it
 * follows that.
 */
void sm_switch_row_set_settings(SmSwitchRow *self, SmSettings *settings);
void sm_switch_row_set_active(SmSwitchRow *self, gboolean active);
gboolean sm_switch_row_is_active(SmSwitchRow *self);
