/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

#include <math.h>
#include <stdio.h>

static gboolean is_plain(gunichar c)
{
        return c >= 0x20 && c != '"' && c != '\\' && c < 0x7f;
}

static void append_string(GString *out, const char *string)
{
        g_string_append_c(out, '"');
        for (const char *at = string; *at; at = g_utf8_next_char(at)) {
                gunichar c = g_utf8_get_char(at);
                GUnicodeType type = is_plain(c) ? G_UNICODE_UPPERCASE_LETTER : g_unichar_type(c);

                if (c == '"' || c == '\\')
                        g_string_append_printf(out, "\\%c", (char)c);
                else if (c == '\n')
                        g_string_append(out, "\\n");
                else if (type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT &&
                         type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR)
                        g_string_append_unichar(out, c);
                else if (c < 0x10000)
                        g_string_append_printf(out, "\\u%04x", c);
                else /* a surrogate pair */
                        g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                                               0xdc00 + ((c - 0x10000) & 0x3ff));
        }
        g_string_append_c(out, '"');
}

static void append_bytes(GString *out, GVariant *value)
{
        size_t size;
        const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);

        g_string_append_c(out, '"');
        for (size_t i = 0; i < size; i++)
                g_string_append_printf(out, "%02x", bytes[i]);
        g_string_append_c(out, '"');
}

static void append_dictionary(GString *out, GVariant *value)
{
        GVariantIter iter;
        const char *key;
        GVariant *item;
        gboolean first = TRUE;

        g_string_append_c(out, '{');
        g_variant_iter_init(&iter, value);
        while (g_variant_iter_loop(&iter, "{&sv}", &key, &item)) {
                g_autofree char *snake = g_strdelimit(g_strdup(key), "-", '_');

                if (!first)
                        g_string_append_c(out, ',');
                first = FALSE;
                append_string(out, snake);
                g_string_append_c(out, ':');
                json_append(out, item);
        }
        g_string_append_c(out, '}');
}

/* Names of people, not of ours: they stay as they are. */
static void append_strings(GString *out, GVariant *value)
{
        const char *key, *string;
        GVariantIter iter;
        gboolean first = TRUE;

        g_string_append_c(out, '{');
        g_variant_iter_init(&iter, value);
        while (g_variant_iter_loop(&iter, "{&s&s}", &key, &string)) {
                if (!first)
                        g_string_append_c(out, ',');
                first = FALSE;
                append_string(out, key);
                g_string_append_c(out, ':');
                append_string(out, string);
        }
        g_string_append_c(out, '}');
}

static void append_array(GString *out, GVariant *value)
{
        g_string_append_c(out, '[');
        for (size_t i = 0; i < g_variant_n_children(value); i++) {
                g_autoptr(GVariant) item = g_variant_get_child_value(value, i);

                if (i > 0)
                        g_string_append_c(out, ',');
                json_append(out, item);
        }
        g_string_append_c(out, ']');
}

void json_append(GString *out, GVariant *value)
{
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_VARDICT)) {
                append_dictionary(out, value);
        } else if (g_variant_is_of_type(value, G_VARIANT_TYPE("a{ss}"))) {
                append_strings(out, value);
        } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING)) {
                append_bytes(out, value);
        } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_VARIANT)) {
                g_autoptr(GVariant) inner = g_variant_get_variant(value);

                json_append(out, inner);
        } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ||
                   g_variant_is_of_type(value, G_VARIANT_TYPE_OBJECT_PATH)) {
                append_string(out, g_variant_get_string(value, NULL));
        } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_DOUBLE)) {
                double number = g_variant_get_double(value);
                char text[G_ASCII_DTOSTR_BUF_SIZE];

                g_string_append(out, isfinite(number) ? g_ascii_dtostr(text, sizeof(text), number) : "null");
        } else if (g_variant_is_container(value)) {
                append_array(out, value);
        } else if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTE)) {
                g_string_append_printf(out, "%u", g_variant_get_byte(value));
        } else { /* booleans and whole numbers are written alike in both languages */
                g_autofree char *text = g_variant_print(value, FALSE);

                g_string_append(out, text);
        }
}

void json_print(GVariant *dictionary)
{
        g_autoptr(GVariant) held = g_variant_ref_sink(dictionary);
        g_autoptr(GString) line = g_string_new(NULL);

        json_append(line, held);
        g_string_append_c(line, '\n');
        fwrite(line->str, 1, line->len, stdout);
}
