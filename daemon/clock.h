/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "e2ee/keys.h"

/* The time by which messages and keys are dated: milliseconds since 1970. */
uint64_t clock_now_ms(void);

/* The time and the randomness that libe2ee wants. */
E2eeContext clock_e2ee_context(void);
