/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/duration.h"

#include <string.h>

static const struct {
        char letter;
        guint32 seconds;
} units[] = {{'w', 7 * 24 * 60 * 60}, {'d', 24 * 60 * 60}, {'h', 60 * 60}, {'m', 60}, {'s', 1}};

gboolean duration_parse(const char *text, guint32 *seconds_out)
{
        guint64 number = 0;
        size_t digits = strspn(text, "0123456789");

        *seconds_out = 0;
        if (strcmp(text, "off") == 0)
                return TRUE;
        if (digits == 0 || digits > 9 || strlen(text) != digits + 1)
                return FALSE;
        for (size_t i = 0; i < digits; i++)
                number = number * 10 + (guint64)(text[i] - '0');
        for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
                if (units[i].letter != text[digits])
                        continue;
                if (number == 0 || number > G_MAXUINT32 / units[i].seconds)
                        return FALSE;
                *seconds_out = (guint32)number * units[i].seconds;
                return TRUE;
        }
        return FALSE;
}

char *duration_format(guint32 seconds)
{
        size_t i = 0;

        if (seconds == 0)
                return g_strdup("off");
        while (seconds % units[i].seconds != 0)
                i++;
        return g_strdup_printf("%u%c", seconds / units[i].seconds, units[i].letter);
}
