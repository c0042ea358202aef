/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/daemon.h"

/*
 * Calls an Account method that takes a password, without blocking: the password leaves as a file descriptor, and the entry is
 * emptied. `before` are the method's arguments in front of the password ("(ss)"), or NULL; `options` follow it. Finish with
 * password_call_finish().
 */
void password_call(SmDaemon *daemon, const char *method, GVariant *before, GtkEditable *password, GVariant *options,
                   GCancellable *cancellable, GAsyncReadyCallback done, gpointer userdata);

/* Of Register and Login. Texts are "" where there is none. */
typedef struct SmSignOn {
        const char *method, *server, *pin, *user_name, *invitation;
        GtkEditable *password;
} SmSignOn;

void password_call_sign_on(SmDaemon *daemon, const SmSignOn *what, GCancellable *cancellable, GAsyncReadyCallback done,
                           gpointer userdata);

/* The same of ChangePassword. */
void password_call_change(SmDaemon *daemon, GtkEditable *old, GtkEditable *new, GCancellable *cancellable,
                          GAsyncReadyCallback done, gpointer userdata);
gboolean password_call_finish(GObject *source, GAsyncResult *result, GError **error);
