/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/compose/outgoing-file.h"

#define SM_TYPE_OUTGOING_ROW (sm_outgoing_row_get_type())
G_DECLARE_FINAL_TYPE(SmOutgoingRow, sm_outgoing_row, SM, OUTGOING_ROW, GtkListBoxRow)

/* One file that waits in the composer. Its button emits "removed". */
SmOutgoingRow *sm_outgoing_row_new(SmOutgoingFile *file);
SmOutgoingFile *sm_outgoing_row_file(SmOutgoingRow *self); /* borrowed */
