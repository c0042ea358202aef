/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>

/* What attachments leave free on the disk, for the store above all; and what those leave that nobody asked for. */
#define ATTACHMENT_LEAVES_FREE      (UINT64_C(64) << 20)
#define ATTACHMENT_AUTO_LEAVES_FREE (UINT64_C(1) << 30)

static inline bool attachment_space_beside(int folder, uint64_t size, uint64_t leave)
{
        struct statvfs fs;

        /* A file system that does not say is asked by writing to it. */
        if (fstatvfs(folder, &fs) < 0 || fs.f_blocks == 0)
                return true;
        return (uint64_t)fs.f_bavail * fs.f_frsize >= size + leave;
}

static inline bool attachment_space_for(int folder, uint64_t size)
{
        return attachment_space_beside(folder, size, ATTACHMENT_LEAVES_FREE);
}
