/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/daemon/own-clock.h"

#include <sodium.h>

#include "daemon/clock.h"

uint64_t own_clock_ms = UINT64_C(1800000000000);

uint64_t clock_now_ms(void)
{
        return own_clock_ms;
}

static void fill_random(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

E2eeContext clock_e2ee_context(void)
{
        return (E2eeContext){.fill = fill_random, .now_ms = own_clock_ms};
}
