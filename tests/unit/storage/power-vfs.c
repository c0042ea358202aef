/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/storage/power-vfs.h"

#include <sqlite3.h>
#include <string.h>

#include "storage/wiping-memory.h"
#include "tests/unit/storage/folder.h"

enum { SECTOR = 512 };

typedef struct Change { /* that was not synced */
        sqlite3_int64 offset;
        GBytes *bytes; /* NULL: a truncation to offset */
} Change;

typedef struct Disk { /* what is on the disk of one file */
        GByteArray *synced;
        GArray *changes;
} Disk;

typedef struct PowerFile {
        sqlite3_file base;
        Disk *disk;
        sqlite3_file lower[];
} PowerFile;

static struct {
        sqlite3_vfs base;
        sqlite3_vfs *lower;
        GHashTable *disks; /* by path */
        guint operations, fails_at;
} power;

/* Whether an operation may go on: the one at which the power fails does not, nor does any after it. */
static gboolean has_power(void)
{
        power.operations++;
        return power.fails_at == 0 || power.operations < power.fails_at;
}

static void change_clear(gpointer change)
{
        g_clear_pointer(&((Change *)change)->bytes, g_bytes_unref);
}

static Disk *disk_new(void)
{
        Disk *disk = g_new0(Disk, 1);

        disk->synced = g_byte_array_new();
        disk->changes = g_array_new(FALSE, FALSE, sizeof(Change));
        g_array_set_clear_func(disk->changes, change_clear);
        return disk;
}

static void disk_free(gpointer data)
{
        Disk *disk = data;

        g_byte_array_unref(disk->synced);
        g_array_unref(disk->changes);
        g_free(disk);
}

static void resize(GByteArray *bytes, gsize size)
{
        gsize before = bytes->len;

        g_byte_array_set_size(bytes, (guint)size);
        if (size > before)
                memset(bytes->data + before, 0, size - before);
}

static void put(GByteArray *bytes, gsize offset, const guint8 *data, gsize size)
{
        if (bytes->len < offset + size)
                resize(bytes, offset + size);
        memcpy(bytes->data + offset, data, size);
}

static void apply(Disk *disk, const Change *change, gboolean torn)
{
        gsize size, at = (gsize)change->offset, end;
        const guint8 *data;

        if (!change->bytes) {
                if (!torn || g_test_rand_bit())
                        resize(disk->synced, at);
                return;
        }
        data = g_bytes_get_data(change->bytes, &size);
        end = at + size;
        while (at < end) {
                gsize part = MIN(SECTOR - at % SECTOR, end - at);

                if (!torn || g_test_rand_bit())
                        put(disk->synced, at, data + (at - (gsize)change->offset), part);
                at += part;
        }
}

static void apply_all(Disk *disk, gboolean torn)
{
        for (guint i = 0; i < disk->changes->len; i++)
                apply(disk, &g_array_index(disk->changes, Change, i), torn);
        g_array_set_size(disk->changes, 0);
}

static PowerFile *power_file(sqlite3_file *file)
{
        return (PowerFile *)(void *)file;
}

static int power_close(sqlite3_file *file)
{
        return power_file(file)->lower->pMethods->xClose(power_file(file)->lower);
}

static int power_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
        return power_file(file)->lower->pMethods->xRead(power_file(file)->lower, out, size, offset);
}

/* The write at which the power fails may reach the disk in part, as those before it that were not synced. */
static int power_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
        Change change = { .offset = offset };
        gboolean was_off = power.fails_at > 0 && power.operations >= power.fails_at;

        if (was_off)
                return SQLITE_IOERR_WRITE;
        change.bytes = g_bytes_new(data, (gsize)size);
        g_array_append_val(power_file(file)->disk->changes, change);
        if (!has_power())
                return SQLITE_IOERR_WRITE;
        return power_file(file)->lower->pMethods->xWrite(power_file(file)->lower, data, size, offset);
}

static int power_truncate(sqlite3_file *file, sqlite3_int64 size)
{
        Change change = { .offset = size };

        if (!has_power())
                return SQLITE_IOERR_TRUNCATE;
        g_array_append_val(power_file(file)->disk->changes, change);
        return power_file(file)->lower->pMethods->xTruncate(power_file(file)->lower, size);
}

static int power_sync(sqlite3_file *file, int flags)
{
        if (!has_power())
                return SQLITE_IOERR_FSYNC;
        apply_all(power_file(file)->disk, FALSE);
        return SQLITE_OK;
}

static int power_file_size(sqlite3_file *file, sqlite3_int64 *out)
{
        return power_file(file)->lower->pMethods->xFileSize(power_file(file)->lower, out);
}

static int power_lock(sqlite3_file *file, int level)
{
        return power_file(file)->lower->pMethods->xLock(power_file(file)->lower, level);
}

static int power_unlock(sqlite3_file *file, int level)
{
        return power_file(file)->lower->pMethods->xUnlock(power_file(file)->lower, level);
}

static int power_check_reserved_lock(sqlite3_file *file, int *out)
{
        return power_file(file)->lower->pMethods->xCheckReservedLock(power_file(file)->lower, out);
}

static int power_file_control(sqlite3_file *file, int operation, void *argument)
{
        return SQLITE_NOTFOUND;
}

static int power_sector_size(sqlite3_file *file)
{
        return SECTOR;
}

static int power_device_characteristics(sqlite3_file *file)
{
        return 0;
}

static const sqlite3_io_methods power_methods = {
        .iVersion = 1,
        .xClose = power_close,
        .xRead = power_read,
        .xWrite = power_write,
        .xTruncate = power_truncate,
        .xSync = power_sync,
        .xFileSize = power_file_size,
        .xLock = power_lock,
        .xUnlock = power_unlock,
        .xCheckReservedLock = power_check_reserved_lock,
        .xFileControl = power_file_control,
        .xSectorSize = power_sector_size,
        .xDeviceCharacteristics = power_device_characteristics,
};

static int power_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *flags_out)
{
        PowerFile *opened = power_file(file);
        Disk *disk;
        int r;

        opened->base.pMethods = NULL;
        r = power.lower->xOpen(power.lower, path, opened->lower, flags, flags_out);
        if (r != SQLITE_OK)
                return r;
        g_assert_nonnull(path); /* temporary data stays in memory */
        disk = g_hash_table_lookup(power.disks, path);
        if (!disk) {
                disk = disk_new();
                g_hash_table_insert(power.disks, g_strdup(path), disk);
        }
        opened->disk = disk;
        opened->base.pMethods = &power_methods;
        return SQLITE_OK;
}

static int power_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
        if (!has_power())
                return SQLITE_IOERR_DELETE;
        g_hash_table_remove(power.disks, path);
        return power.lower->xDelete(power.lower, path, sync_folder);
}

void power_vfs_init(guint operations)
{
        g_assert_cmpint(wiping_memory_install(), ==, 0);
        g_assert_cmpint(sqlite3_initialize(), ==, SQLITE_OK);
        power.lower = sqlite3_vfs_find("unix");
        power.disks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, disk_free);
        power.operations = 0;
        power.fails_at = operations;
        power.base = *power.lower;
        power.base.pNext = NULL;
        power.base.zName = "power";
        power.base.szOsFile = (int)sizeof(PowerFile) + power.lower->szOsFile;
        power.base.xOpen = power_open;
        power.base.xDelete = power_delete;
        g_assert_cmpint(sqlite3_vfs_register(&power.base, 1), ==, SQLITE_OK);
}

guint power_vfs_operations(void)
{
        return power.operations;
}

void power_vfs_crash(void)
{
        GHashTableIter iterator;
        gpointer path, disk;

        g_hash_table_iter_init(&iterator, power.disks);
        while (g_hash_table_iter_next(&iterator, &path, &disk)) {
                apply_all(disk, TRUE);
                file_write(path, ((Disk *)disk)->synced);
        }
}

void power_vfs_deinit(void)
{
        sqlite3_vfs_unregister(&power.base);
        g_clear_pointer(&power.disks, g_hash_table_unref);
}
