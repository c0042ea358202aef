/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/settings.h"

#define SM_TYPE_CHOICE_ROW (sm_choice_row_get_type())
G_DECLARE_FINAL_TYPE(SmChoiceRow, sm_choice_row, SM, CHOICE_ROW, AdwComboRow)

/* What a value is called; newly allocated. */
typedef char *(*SmChoiceWords)(GVariant *value);

/*
 * A row that offers some values of one of the daemon's settings, which the property "setting" names. A value that is none of
 * them, set by another program, is offered as well as long as it holds. `values` are as g_variant_parse() reads them, and end
 * with NULL.
 */
void sm_choice_row_set_settings(SmChoiceRow *self, SmSettings *settings, const char *const *values, SmChoiceWords words);
