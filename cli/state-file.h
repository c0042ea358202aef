/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A file with the number of the last event that was dealt with: one line of digits, replaced as a whole and
 * durably, so that it is never half of one. Both say what is wrong and return FALSE.
 */
gboolean state_file_read(const char *path, gboolean *found,
                         guint64 *number); /* not there: *found is FALSE */
gboolean state_file_write(const char *path, guint64 number);
