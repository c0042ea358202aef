/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/safety-number.h"

#include <string.h>

enum { GROUP = 5, LINE = 20 }; /* digits */

gboolean client_safety_number_is_sound(const char *digits)
{
        return strspn(digits, "0123456789") == CLIENT_SAFETY_NUMBER_DIGITS && !digits[CLIENT_SAFETY_NUMBER_DIGITS];
}

char *client_safety_number_lines(const char *digits, const char *indent)
{
        GString *text;

        if (!client_safety_number_is_sound(digits))
                return NULL;
        text = g_string_new(indent);
        for (size_t i = 0; i < CLIENT_SAFETY_NUMBER_DIGITS; i++) {
                if (i > 0 && i % LINE == 0)
                        g_string_append_printf(text, "\n%s", indent);
                else if (i > 0 && i % GROUP == 0)
                        g_string_append_c(text, ' ');
                g_string_append_c(text, digits[i]);
        }
        return g_string_free(text, FALSE);
}
