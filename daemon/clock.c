/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/clock.h"

#include <sodium.h>
#include <time.h>

uint64_t clock_now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void fill_random(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

E2eeContext clock_e2ee_context(void)
{
        return (E2eeContext){.fill = fill_random, .now_ms = clock_now_ms()};
}
