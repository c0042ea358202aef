/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes the encrypting VFS the default of SQLite's test program: each file that its tests open goes through it. */
#include <sqlite3.h>
#include <stdlib.h>

#include "storage/cipher-vfs.h"

int sqlite_suite_init(const char *unused);

/* SQLITE_EXTRA_INIT: at the end of sqlite3_initialize(), which the tests call again after each sqlite3_shutdown(). */
int sqlite_suite_init(const char *unused)
{
        static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };
        static CipherVfs *vfs;

        if (getenv("SQLITE_SUITE_PLAIN"))
                return SQLITE_OK;
        if (!vfs && cipher_vfs_new(&key, &vfs) < 0)
                return SQLITE_ERROR;
        return sqlite3_vfs_register(sqlite3_vfs_find(cipher_vfs_name(vfs)), 1);
}
