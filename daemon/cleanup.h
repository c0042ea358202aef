/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

static inline void closep(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

static inline void freep(void *memory)
{
        free(*(void **)memory);
}
