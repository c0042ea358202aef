/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/config-value.h"

#include <errno.h>
#include <string.h>

typedef struct Unit {
        const char *name;
        uint64_t factor;
} Unit;

static const Unit sizes[] = {
                {"", 1},
                {"K", UINT64_C(1) << 10},
                {"M", UINT64_C(1) << 20},
                {"G", UINT64_C(1) << 30},
                {"T", UINT64_C(1) << 40},
};

static const Unit durations[] = {
                {"ms", 1},
                {"s", 1000},
                {"min", 60 * 1000},
                {"h", 60 * 60 * 1000},
                {"d", 24 * 60 * 60 * 1000},
};

/* Digits; the rest is left to the caller. No sign, no space. */
static int parse_digits(const char **text, uint64_t *out)
{
        const char *p = *text;
        uint64_t value = 0;

        if (*p < '0' || *p > '9')
                return -EINVAL;
        for (; *p >= '0' && *p <= '9'; p++)
                if (__builtin_mul_overflow(value, 10, &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
                        return -EINVAL;
        *text = p;
        *out = value;
        return 0;
}

static int parse_unit(const char *text, const Unit *units, size_t count, uint64_t *value)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(text, units[i].name) == 0)
                        return __builtin_mul_overflow(*value, units[i].factor, value) ? -EINVAL : 0;
        return -EINVAL;
}

int config_parse_count(const char *text, uint64_t *out)
{
        uint64_t value;
        int r;

        r = parse_digits(&text, &value);
        if (r < 0 || *text)
                return -EINVAL;
        *out = value;
        return 0;
}

int config_parse_size(const char *text, uint64_t *out)
{
        uint64_t value;

        if (parse_digits(&text, &value) < 0 ||
            parse_unit(text, sizes, sizeof(sizes) / sizeof(sizes[0]), &value) < 0)
                return -EINVAL;
        *out = value;
        return 0;
}

int config_parse_duration(const char *text, uint64_t *out)
{
        uint64_t value;

        if (parse_digits(&text, &value) < 0 ||
            parse_unit(text, durations, sizeof(durations) / sizeof(durations[0]), &value) < 0)
                return -EINVAL;
        *out = value;
        return 0;
}

int config_parse_rate(const char *text, Rate *out)
{
        uint64_t count, period = 1;

        if (strcmp(text, "off") == 0) {
                *out = (Rate){};
                return 0;
        }
        if (parse_digits(&text, &count) < 0 || *text++ != '/')
                return -EINVAL;
        if (*text >= '0' && *text <= '9' && parse_digits(&text, &period) < 0)
                return -EINVAL;
        if (parse_unit(text, durations, sizeof(durations) / sizeof(durations[0]), &period) < 0)
                return -EINVAL;
        if (count == 0 || count > 1000 * 1000 * 1000 || period == 0 ||
            period > UINT64_C(30) * 24 * 60 * 60 * 1000)
                return -EINVAL;
        *out = (Rate){.count = (uint32_t)count, .period_ms = (uint32_t)period};
        return 0;
}
