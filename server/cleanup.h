/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Cleanup attributes of what libc hands out. */
#define _cleanup_(function) __attribute__((cleanup(function)))

static inline void freep(void *pointer)
{
        free(*(void **)pointer);
}

static inline void fclosep(FILE **file)
{
        if (*file)
                fclose(*file);
}

/* The descriptor, which is somebody else's from here. */
static inline int take_fd(int *fd)
{
        int taken = *fd;

        *fd = -1;
        return taken;
}

static inline void closep(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}
