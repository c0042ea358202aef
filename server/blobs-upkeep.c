/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/blobs-private.h"
#include "server/cleanup.h"
#include "server/clock.h"
#include "server/log.h"

/*
 * What follows later: files of blobs that are gone, blobs whose time is over, and, once after each start, files that a crash
 * has left without a row. A little at a time; nobody waits for it.
 */
enum {
        FOLDERS = 256,
        EXPIRY_INTERVAL_MS = 60 * 60 * 1000,
};

static void closedirp(DIR **dir)
{
        if (*dir)
                closedir(*dir);
}

static int remove_files(Blobs *blobs, bool *more_out)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        uint8_t ids[BLOBS_UPKEEP_MAX][WIRE_BLOB_ID_SIZE];
        unsigned count = 0;
        int r;

        r = store_blobs_gone(blobs->database, ids, BLOBS_UPKEEP_MAX, &count);
        if (r < 0 || count == 0)
                return r;
        r = transaction_begin(blobs->database, &transaction);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < count; i++) {
                char path[BLOB_PATH_SIZE];

                blob_path(ids[i], path);
                if (unlinkat(blobs->folder, path, 0) < 0 && errno != ENOENT)
                        return -errno;
                r = store_blobs_forget_gone(blobs->database, ids[i]);
                if (r < 0)
                        return r;
        }
        *more_out = *more_out || count == BLOBS_UPKEEP_MAX;
        return transaction_commit(&transaction);
}

static int expire(Blobs *blobs, bool *more_out)
{
        _cleanup_(transaction_rollbackp) Database *transaction = NULL;
        uint64_t now = clock_monotonic_ms(), wall = clock_wall_ms(), retention = blobs->limits.retention_ms;
        uint64_t interval = retention < EXPIRY_INTERVAL_MS ? retention : EXPIRY_INTERVAL_MS;
        BlobTotal total = {};
        int r;

        if (!blobs->expiring && blobs->expired_ms != 0 && now - blobs->expired_ms < interval)
                return 0;
        blobs->expired_ms = now;
        r = transaction_begin(blobs->database, &transaction);
        if (r < 0)
                return r;
        r = store_blobs_remove_older(blobs->database, wall > retention ? wall - retention : 0, BLOBS_UPKEEP_MAX, &total);
        if (r < 0)
                return r;
        r = transaction_commit(&transaction);
        if (r < 0)
                return r;
        blobs_count(blobs, -total.count, -total.bytes);
        metrics_add(blobs->metrics, METRIC_BLOBS_EXPIRED, (uint64_t)total.count);
        blobs->expiring = total.count == BLOBS_UPKEEP_MAX;
        *more_out = *more_out || blobs->expiring || total.count > 0;
        return 0;
}

/* A name that this server gives to files in this folder. */
static bool parse_name(const char *name, int folder, uint8_t id[static WIRE_BLOB_ID_SIZE])
{
        size_t size = 0;

        return strlen(name) == 2 * WIRE_BLOB_ID_SIZE &&
               sodium_hex2bin(id, WIRE_BLOB_ID_SIZE, name, strlen(name), NULL, &size, NULL) == 0 &&
               size == WIRE_BLOB_ID_SIZE && id[0] == folder;
}

static int look_at(Blobs *blobs, int folder_fd, const char *name)
{
        uint8_t id[WIRE_BLOB_ID_SIZE];
        struct stat info;
        BlobRow row;
        int r;

        if (!parse_name(name, blobs->next_folder, id))
                return 0; /* not ours */
        r = store_blobs_find(blobs->database, id, &row);
        if (r < 0)
                return r;
        if (r == 0) {
                log_debug("removing the file of a blob that nobody has: %s", name);
                return unlinkat(folder_fd, name, 0) < 0 ? -errno : 0;
        }
        if (fstatat(folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if ((uint64_t)info.st_size < row.stored)
                log_error("blobs/%02x/%s has %lld bytes in place of %llu: restore it from a backup", id[0], name,
                          (long long)info.st_size, (unsigned long long)row.stored);
        return 0;
}

static int look_through(Blobs *blobs)
{
        _cleanup_(closedirp) DIR *dir = NULL;
        struct dirent *entry;
        char name[3];
        int fd, r;

        snprintf(name, sizeof(name), "%02x", (unsigned)blobs->next_folder & 0xff);
        fd = openat(blobs->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 && errno == ENOENT) {
                blobs->next_folder++;
                return 0;
        }
        if (fd < 0)
                return -errno;
        dir = fdopendir(fd);
        if (!dir) {
                r = -errno;
                close(fd);
                return r;
        }
        while ((entry = readdir(dir))) {
                r = look_at(blobs, dirfd(dir), entry->d_name);
                if (r < 0)
                        return r;
        }
        blobs->next_folder++;
        return 0;
}

bool blobs_upkeep(Blobs *blobs)
{
        bool more = false;
        int r;

        r = expire(blobs, &more);
        if (r >= 0)
                r = remove_files(blobs, &more);
        if (r >= 0 && blobs->next_folder < FOLDERS) {
                r = look_through(blobs);
                more = true;
        }
        if (r < 0) {
                log_error("blobs: %s", strerror(-r));
                return false; /* again in a while */
        }
        return more;
}
