/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/sign-on/server-link.h"

#include <string.h>

enum { TEXT_MAX = 4096, PIN_DIGITS = 64 };

#define SCHEME     "wss://"
#define PIN_PREFIX "sha256:"

/* What may be in a URL of a server; whatever else comes ends it. */
static gboolean is_of_server(char c)
{
        return g_ascii_isalnum(c) || (c && strchr(".-_:/[]%~", c));
}

static char *find_server(const char *text)
{
        const char *start = strstr(text, SCHEME), *end;

        if (!start)
                return NULL;
        end = start + strlen(SCHEME);
        while (is_of_server(*end))
                end++;
        while (end > start && strchr(".:/", end[-1])) /* of the sentence around it, or without a meaning */
                end--;
        return (size_t)(end - start) > strlen(SCHEME) ? g_strndup(start, (gsize)(end - start)) : NULL;
}

/* Colons between bytes are accepted, as everywhere. */
static char *find_pin(const char *text)
{
        const char *start = strstr(text, PIN_PREFIX), *end;
        int digits = 0;

        if (!start)
                return g_strdup("");
        for (end = start + strlen(PIN_PREFIX); digits < PIN_DIGITS && (g_ascii_isxdigit(*end) || *end == ':'); end++)
                digits += *end != ':';
        return g_strndup(start, (gsize)(end - start));
}

gboolean server_link_parse(const char *text, char **server, char **pin)
{
        char *found;

        if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
                return FALSE;
        found = find_server(text);
        if (!found)
                return FALSE;
        *server = found;
        *pin = find_pin(text);
        return TRUE;
}

char *server_link_format(const char *server, const char *pin)
{
        return *pin ? g_strconcat(server, "#", pin, NULL) : g_strdup(server);
}
