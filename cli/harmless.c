/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/harmless.h"

#include <string.h>

static gboolean is_ascii_only;

void harmless_init(gboolean ascii_only)
{
        is_ascii_only = ascii_only;
}

/* Beside the control characters (C0, DEL, C1): what changes the direction or the lines of its neighbours. */
static gboolean is_harmful(gunichar c)
{
        return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || /* Arabic letter mark */
               c == 0x200e || c == 0x200f ||   /* left-to-right and right-to-left marks */
               c == 0x2028 || c == 0x2029 ||   /* line and paragraph separators */
               (c >= 0x202a && c <= 0x202e) || /* embeddings and overrides */
               (c >= 0x2066 && c <= 0x2069) || /* isolates */
               (c >= 0xfff9 && c <= 0xfffb) || /* interlinear annotation */
               c == 0xfeff ||                  /* byte order mark: takes no room */
               (c >= 0xe0000 && c <= 0xe007f); /* tags: invisible text */
}

static void append_escaped(GString *out, gunichar c)
{
        if (c == '\n')
                g_string_append(out, "\\n");
        else if (c == '\r')
                g_string_append(out, "\\r");
        else if (c == '\t')
                g_string_append(out, "\\t");
        else if (c < 0x80)
                g_string_append_printf(out, "\\x%02x", c);
        else if (c < 0x10000)
                g_string_append_printf(out, "\\u%04x", c);
        else
                g_string_append_printf(out, "\\U%08x", c);
}

static char *harmless(const char *text, const char *indent)
{
        GString *out = g_string_sized_new(strlen(text) + 16);

        for (const char *at = text; *at;) {
                gunichar c = g_utf8_get_char_validated(at, -1);

                if (c == (gunichar)-1 || c == (gunichar)-2) {
                        g_string_append_printf(out, "\\x%02x", (unsigned char)*at++);
                        continue;
                }
                if (c == '\n' && indent)
                        g_string_append_printf(out, "\n%s", indent);
                else if (c == '\t' && indent)
                        g_string_append_c(out, '\t');
                else if (is_harmful(c) || (is_ascii_only && c >= 0x80))
                        append_escaped(out, c);
                else
                        g_string_append_unichar(out, c);
                at = g_utf8_next_char(at);
        }
        return g_string_free(out, FALSE);
}

char *harmless_line(const char *text)
{
        return harmless(text, NULL);
}

char *harmless_text(const char *text, const char *indent)
{
        return harmless(text, indent);
}
