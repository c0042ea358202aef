/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "e2ee/keys.h"

/* The end of the year 9999: what a peer dates later has no time. */
#define CLOCK_LAST_MS UINT64_C(253402300799999)

/* The time by which messages and keys are dated: milliseconds since 1970. */
uint64_t clock_now_ms(void);

/* The time and the randomness that libe2ee wants. */
E2eeContext clock_e2ee_context(void);
