/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "server/limiter.h"

/* Values of the configuration file. They return 0 or -EINVAL, and take the whole text or nothing of it. */
int config_parse_count(const char *text, uint64_t *out);
int config_parse_size(const char *text, uint64_t *out); /* bytes: 4096, 64K, 16M, 2G */
int config_parse_duration(const char *text,
                          uint64_t *out);           /* to milliseconds: 500ms, 30s, 15min, 12h, 30d */
int config_parse_rate(const char *text, Rate *out); /* 100/s, 10/15min; off */
