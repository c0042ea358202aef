/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-link.h"
#include "daemon/store.h"

/* Clears away what deleted messages have left: files in the folder, and blobs on the server, when it is there. */
typedef struct Sweep Sweep;

Sweep *sweep_new(Store *store, ServerLink *link, int folder); /* NULL: no memory */
Sweep *sweep_free(Sweep *sweep);
void sweep_run(Sweep *sweep);
void sweep_link_changed(Sweep *sweep);

/* At the beginning: files that no attachment has, as they are where a process ended between a file and its transaction. */
int sweep_folder(Store *store, int folder);
