/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cipher-vfs.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/cipher-open.h"

struct CipherVfs {
        sqlite3_vfs base;
        sqlite3_vfs *lower;
        CipherKeys *keys; /* sodium_malloc() */
        CipherOpenFile *mains;
        bool registered;
        char name[48];
};

static CipherVfs *vfs_of(sqlite3_vfs *vfs)
{
        return vfs->pAppData;
}

static sqlite3_vfs *lower_of(sqlite3_vfs *vfs)
{
        return vfs_of(vfs)->lower;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *flags_out)
{
        CipherVfs *cipher = vfs_of(vfs);

        return cipher_open(cipher->lower, cipher->keys, &cipher->mains, path, file, flags, flags_out);
}

/* All else is the lower VFS's. */
static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
        return lower_of(vfs)->xDelete(lower_of(vfs), path, sync_folder);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
        return lower_of(vfs)->xAccess(lower_of(vfs), path, flags, out);
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
        return lower_of(vfs)->xFullPathname(lower_of(vfs), path, size, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
        randombytes_buf(out, (size_t)size);
        return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
        return lower_of(vfs)->xSleep(lower_of(vfs), microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *out)
{
        return lower_of(vfs)->xCurrentTime(lower_of(vfs), out);
}

static int vfs_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
        return lower_of(vfs)->xCurrentTimeInt64(lower_of(vfs), out);
}

static int vfs_get_last_error(sqlite3_vfs *vfs, int size, char *out)
{
        return lower_of(vfs)->xGetLastError(lower_of(vfs), size, out);
}

static int register_vfs(CipherVfs *vfs)
{
        vfs->lower = sqlite3_vfs_find(NULL);
        if (!vfs->lower || vfs->lower->iVersion < 2)
                return -ENOTSUP;
        snprintf(vfs->name, sizeof(vfs->name), "cipher-%p", (void *)vfs);
        vfs->base = (sqlite3_vfs){
                .iVersion = 2,
                .szOsFile = cipher_open_file_size(vfs->lower),
                .mxPathname = vfs->lower->mxPathname,
                .zName = vfs->name,
                .pAppData = vfs,
                .xOpen = vfs_open,
                .xDelete = vfs_delete,
                .xAccess = vfs_access,
                .xFullPathname = vfs_full_pathname,
                .xRandomness = vfs_randomness,
                .xSleep = vfs_sleep,
                .xCurrentTime = vfs_current_time,
                .xGetLastError = vfs_get_last_error,
                .xCurrentTimeInt64 = vfs_current_time_int64,
        };
        if (sqlite3_vfs_register(&vfs->base, 0) != SQLITE_OK)
                return -ENOMEM;
        vfs->registered = true;
        return 0;
}

int cipher_vfs_new(const DatabaseKey *key, CipherVfs **out)
{
        __attribute__((cleanup(cipher_vfs_freep))) CipherVfs *vfs = NULL;
        int r;

        if (sodium_init() < 0)
                return -EIO;
        vfs = calloc(1, sizeof(*vfs));
        if (!vfs)
                return -ENOMEM;
        vfs->keys = sodium_malloc(sizeof(*vfs->keys));
        if (!vfs->keys)
                return -ENOMEM;
        cipher_keys_derive(vfs->keys, key);
        sodium_mprotect_readonly(vfs->keys);
        r = register_vfs(vfs);
        if (r < 0)
                return r;
        *out = vfs;
        vfs = NULL;
        return 0;
}

CipherVfs *cipher_vfs_free(CipherVfs *vfs)
{
        if (!vfs)
                return NULL;
        if (vfs->registered)
                sqlite3_vfs_unregister(&vfs->base);
        sodium_free(vfs->keys); /* wipes */
        free(vfs);
        return NULL;
}

void cipher_vfs_freep(CipherVfs **vfs)
{
        *vfs = cipher_vfs_free(*vfs);
}

const char *cipher_vfs_name(const CipherVfs *vfs)
{
        return vfs->name;
}
