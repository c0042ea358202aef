/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/wiping-memory.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

/* SQLite's own allocator, which keeps on doing the work. */
static sqlite3_mem_methods lower;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int installed;

static void wiping_free(void *memory)
{
        explicit_bzero(memory, (size_t)lower.xSize(memory));
        lower.xFree(memory);
}

static void *wiping_realloc(void *memory, int size)
{
        int old_size = lower.xSize(memory);
        void *larger;

        /* What it has more is not lost: xSize() says so. */
        if (size <= old_size)
                return memory;
        larger = lower.xMalloc(size);
        if (!larger)
                return NULL;
        memcpy(larger, memory, (size_t)old_size);
        wiping_free(memory);
        return larger;
}

static void install(void)
{
        sqlite3_mem_methods methods;

        installed = -EALREADY;
        if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &lower) != SQLITE_OK)
                return;
        methods = lower;
        methods.xFree = wiping_free;
        methods.xRealloc = wiping_realloc;
        if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK)
                installed = 0;
}

int wiping_memory_install(void)
{
        pthread_once(&once, install);
        return installed;
}
