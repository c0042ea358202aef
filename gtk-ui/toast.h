/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/* A word at the lower edge of the window that a widget is in, or nothing where it is in none (any more). It is text, not markup. */
void toast_say(GtkWidget *widget, const char *text);
/* The same of a call that failed; nothing where it was cancelled. */
void toast_failure(GtkWidget *widget, const GError *error);
