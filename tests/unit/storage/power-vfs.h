/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A disk whose power fails. As SQLite's default VFS it passes everything on to the real files, and remembers what of it
 * was synced. Once the power is off nothing works any more; then power_vfs_crash() leaves in each file what a disk may
 * leave: all that was synced, and of what was written since, any of its 512-byte sectors, but not others.
 */
void power_vfs_init(guint operations); /* the power fails at that one; 0: never. One at a time. */
guint power_vfs_operations(void);      /* writes, syncs, truncations and deletions up to now */
void power_vfs_crash(void);            /* after the files were closed. Uses g_test_rand_int(). */
void power_vfs_deinit(void);
