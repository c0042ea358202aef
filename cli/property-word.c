/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/property-word.h"

#include <glib.h>

char *property_word(const char *property)
{
        GString *word = g_string_new(NULL);

        for (const char *at = property; *at; at++) {
                if (g_ascii_isupper(*at) && at > property)
                        g_string_append_c(word, '-');
                g_string_append_c(word, g_ascii_tolower(*at));
        }
        return g_string_free(word, FALSE);
}
