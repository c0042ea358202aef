/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* A whole number and a unit of s, m, h, d or w, "1d"; or "off", which is 0. FALSE: it is neither, or beyond 32 bits. */
gboolean duration_parse(const char *text, guint32 *seconds_out);

/* The same in the greatest unit that has no rest. */
char *duration_format(guint32 seconds);
