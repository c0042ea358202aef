/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"

/*
 * Writes the file of a message to a path, with these permissions: all of it or nothing, for it is there under another name until
 * then. What is there already is replaced.
 */
void file_save(SmDaemon *daemon, const char *id, const char *path, int mode, GCancellable *cancellable, GAsyncReadyCallback done,
               gpointer userdata);
gboolean file_save_finish(GAsyncResult *result, GError **error);

/* Asks where to, and says in a toast of the widget's window what became of it. */
void file_save_as(GtkWidget *widget, SmDaemon *daemon, const char *id, const char *name);

/* Of a call, or of the disk. */
void file_say_failure(GtkWidget *widget, const GError *error);
