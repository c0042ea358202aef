/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"

/*
 * Opens the file of a message in the desktop's program for it, from a folder that nobody else can read and that goes with this
 * program; asks first where opening it may run something. What goes wrong is said in a toast of the widget's window.
 */
void file_open(GtkWidget *widget, SmDaemon *daemon, const char *id, const char *name);

/* Whether what has this name and begins like this may be a program, or may run one. */
gboolean file_may_run(const char *name, const guint8 *data, gsize size);
