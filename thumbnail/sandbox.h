/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * Takes everything from this process that reading descriptor 0 and writing descriptor 1 does not need: other
 * descriptors, system calls, memory and time beyond a bound. False: not all of it could be taken.
 */
bool sandbox_enter(void);
