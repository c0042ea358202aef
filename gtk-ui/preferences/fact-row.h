/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#define SM_TYPE_FACT_ROW (sm_fact_row_get_type())
G_DECLARE_FINAL_TYPE(SmFactRow, sm_fact_row, SM, FACT_ROW, AdwPreferencesRow)

/*
 * Something to read out or to copy: its title, and below it the value, which can be selected and copied. Without a value, the row
 * is not shown.
 */
void sm_fact_row_set_value(SmFactRow *self, const char *value);
