/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "wire/limits.h"

/*
 * User names: 2 to 32 of a-z 0-9 . _ -, beginning and ending with a letter or digit. Lower case only and plain
 * ASCII, so that no two names look alike because of case or script.
 */
bool user_name_is_valid(const char *name);
bool user_name_is_valid_n(const char *name, size_t size); /* not terminated */
