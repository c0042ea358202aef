/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "gtk-ui/model/daemon.h"

/*
 * Writes the file of a message to a descriptor, when it is here: the daemon is asked to fetch it if need be, and that goes on for as long
 * as it takes, without a connection as well. Nothing is written before all of it has been verified. The descriptor is the caller's, and open until
 * it is done.
 */
void file_fetch(SmDaemon *daemon, const char *id, int fd, GCancellable *cancellable, GAsyncReadyCallback done,
                gpointer userdata);
gboolean file_fetch_finish(GAsyncResult *result, GError **error);
