/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_us(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static inline uint64_t clock_monotonic_us(void)
{
        return clock_us(CLOCK_MONOTONIC);
}

static inline uint64_t clock_monotonic_ms(void)
{
        return clock_us(CLOCK_MONOTONIC) / 1000;
}

/* Since 1970. */
static inline uint64_t clock_wall_ms(void)
{
        return clock_us(CLOCK_REALTIME) / 1000;
}
