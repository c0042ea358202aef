/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_SEARCH_ROW (sm_search_row_get_type())
G_DECLARE_FINAL_TYPE(SmSearchRow, sm_search_row, SM, SEARCH_ROW, GtkListBoxRow)

/* A message that was found: where, by whom and when, and the part of it with the words. `result` is one of Messages.Search(). */
SmSearchRow *sm_search_row_new(SmDaemon *daemon, GVariant *result);

const char *sm_search_row_conversation(SmSearchRow *self);
guint64 sm_search_row_number(SmSearchRow *self);
