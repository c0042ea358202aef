/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/*
 * What was deleted goes from the file, too. In the database itself secure_delete overwrites it, but SQLite's log has the
 * pages as they were until it begins anew. So soon after a commit that took something away, and after each unlock, the
 * log is copied into the database and cut to nothing.
 */
typedef struct Purge Purge;

/* The store must outlive it. NULL: no memory. */
Purge *purge_new(Store *store);
Purge *purge_free(Purge *purge);

/* After each commit. */
void purge_committed(Purge *purge);
