/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/link.h"

#include <string.h>

#include "gtk-ui/wording.h"

enum { LINK_BYTES_MAX = 2048 };

static const char *const beginnings[] = {"https://", "http://", "mailto:"};

static const char *beginning_at(const char *text)
{
        for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
                if (g_ascii_strncasecmp(text, beginnings[i], strlen(beginnings[i])) == 0)
                        return beginnings[i];
        return NULL;
}

/* What hides or reorders its neighbours ends a link: its host is what one sees. */
static gboolean is_of_link(gunichar c)
{
        return c > 0x20 && !g_unichar_isspace(c) && !wording_is_invisible(c) && c != '<' && c != '>' && c != '"' && c != '`';
}

static gboolean has_opening(const char *start, const char *end, char opening)
{
        return memchr(start, opening, (gsize)(end - start)) != NULL;
}

/* Without the punctuation of the sentence around it. */
static const char *trim(const char *start, const char *end)
{
        while (end > start) {
                const char last = end[-1];

                if (!strchr(".,;:!?'*_)]}", last) || (last == ')' && has_opening(start, end, '(')) ||
                    (last == ']' && has_opening(start, end, '[')) || (last == '}' && has_opening(start, end, '{')))
                        break;
                end--;
        }
        return end;
}

gboolean link_find(const char *text, gsize from, gsize *start_out, gsize *end_out)
{
        gunichar before = from > 0 ? g_utf8_get_char(g_utf8_prev_char(text + from)) : ' ';

        for (const char *start = text + from; *start; start = g_utf8_next_char(start)) {
                const char *beginning = g_unichar_isalnum(before) ? NULL : beginning_at(start);
                const char *end = start;

                before = g_utf8_get_char(start);
                if (!beginning)
                        continue;
                while (*end && end - start < LINK_BYTES_MAX && is_of_link(g_utf8_get_char(end)))
                        end = g_utf8_next_char(end);
                end = trim(start, end);
                if ((gsize)(end - start) <= strlen(beginning))
                        continue;
                *start_out = (gsize)(start - text);
                *end_out = (gsize)(end - text);
                return TRUE;
        }
        return FALSE;
}

static gboolean read_mail(Link *link, const char *address)
{
        const gsize length = strcspn(address, "?");

        link->host = g_strndup(address, length);
        link->host_shown = g_strdup(link->host);
        /* It can have a text, and more than one address. */
        link->is_suspicious = address[length] != 0 || strpbrk(link->host, ",%;") != NULL || !strchr(link->host, '@') ||
                              !g_str_is_ascii(link->host);
        return length > 0;
}

gboolean link_read(Link *link, const char *text)
{
        g_autoptr(GUri) uri = NULL;
        g_autoptr(GUri) plain = NULL;
        const char *host;

        *link = (Link){0};
        if (!beginning_at(text))
                return FALSE;
        /* As it stands: every escape reaches the browser as it came. */
        uri = g_uri_parse(text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
        if (!uri)
                return FALSE;
        if (g_ascii_strcasecmp(g_uri_get_scheme(uri), "mailto") == 0) {
                link->uri = g_strdup(text);
                return read_mail(link, text + strlen("mailto:"));
        }
        host = g_uri_get_host(uri);
        if (!host || !*host)
                return FALSE;
        link->host = g_hostname_to_ascii(host);
        if (!link->host)
                return FALSE;
        link->host_shown = g_hostname_to_unicode(link->host);
        if (!link->host_shown)
                link->host_shown = g_strdup(link->host);
        plain = g_uri_build_with_user(g_uri_get_flags(uri), g_uri_get_scheme(uri), g_uri_get_user(uri),
                                      g_uri_get_password(uri), NULL, link->host, g_uri_get_port(uri),
                                      g_uri_get_path(uri), g_uri_get_query(uri), g_uri_get_fragment(uri));
        link->uri = g_uri_to_string(plain);
        /*
         * A name before the host that looks like one; letters that look like others; numbers, which say nothing; and what
         * browsers take for a slash.
         */
        link->is_suspicious = g_uri_get_userinfo(uri) || strcmp(link->host, link->host_shown) != 0 ||
                              g_hostname_is_ip_address(link->host) || strspn(link->host, "0123456789.xXabcdefABCDEF") == strlen(link->host) ||
                              strchr(text, '\\') || strchr(link->host, '%');
        return TRUE;
}

void link_clear(Link *link)
{
        g_clear_pointer(&link->uri, g_free);
        g_clear_pointer(&link->host, g_free);
        g_clear_pointer(&link->host_shown, g_free);
}
