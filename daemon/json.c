/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static bool is_seen(gunichar c)
{
        GUnicodeType type;

        if (c < 0x7f)
                return c >= 0x20;
        type = g_unichar_type(c);
        return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR &&
               type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

void json_append_string(GString *out, const char *text)
{
        g_string_append_c(out, '"');
        for (const char *at = text; *at; at = g_utf8_next_char(at)) {
                gunichar c = g_utf8_get_char(at);

                if (c == '"' || c == '\\')
                        g_string_append_printf(out, "\\%c", (char)c);
                else if (c == '\n')
                        g_string_append(out, "\\n");
                else if (is_seen(c))
                        g_string_append_len(out, at, g_utf8_next_char(at) - at);
                else if (c < 0x10000)
                        g_string_append_printf(out, "\\u%04x", c);
                else /* a surrogate pair */
                        g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                                               0xdc00 + ((c - 0x10000) & 0x3ff));
        }
        g_string_append_c(out, '"');
}

static int append_basic(GString *out, sd_bus_message *m, char type)
{
        union {
                const char *text;
                uint64_t u64;
                int64_t i64;
                uint32_t u32;
                int32_t i32;
                int boolean;
                double real;
        } value = {0};
        int r;

        if (!strchr("sogtxuibd", type))
                return -EBADMSG;
        r = sd_bus_message_read_basic(m, type, &value);
        if (r < 0)
                return r;
        if (type == 't')
                g_string_append_printf(out, "%" PRIu64, value.u64);
        else if (type == 'x')
                g_string_append_printf(out, "%" PRId64, value.i64);
        else if (type == 'u')
                g_string_append_printf(out, "%" PRIu32, value.u32);
        else if (type == 'i')
                g_string_append_printf(out, "%" PRId32, value.i32);
        else if (type == 'b')
                g_string_append(out, value.boolean ? "true" : "false");
        else if (type == 'd')
                g_string_append_printf(out, "%.17g", value.real);
        else
                json_append_string(out, value.text);
        return 0;
}

static int append_bytes(GString *out, sd_bus_message *m)
{
        const uint8_t *bytes = NULL;
        size_t size = 0;
        int r;

        r = sd_bus_message_read_array(m, SD_BUS_TYPE_BYTE, (const void **)&bytes, &size);
        if (r < 0)
                return r;
        g_string_append_c(out, '"');
        for (size_t i = 0; i < size; i++)
                g_string_append_printf(out, "%02x", bytes[i]);
        g_string_append_c(out, '"');
        return 0;
}

static int append_entry(GString *out, sd_bus_message *m, const char *contents)
{
        const char *key = NULL;
        g_autofree char *snake = NULL;
        int r;

        r = sd_bus_message_enter_container(m, SD_BUS_TYPE_DICT_ENTRY, contents);
        if (r < 0)
                return r;
        r = sd_bus_message_read_basic(m, SD_BUS_TYPE_STRING, &key);
        if (r < 0)
                return r;
        snake = g_strdelimit(g_strdup(key), "-", '_');
        json_append_string(out, snake);
        g_string_append_c(out, ':');
        r = json_append_value(out, m);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int append_inside(GString *out, sd_bus_message *m, char type, const char *contents)
{
        bool is_object = type == SD_BUS_TYPE_ARRAY && g_str_has_prefix(contents, "{s");
        bool is_list = !is_object && type != SD_BUS_TYPE_VARIANT, first = true;
        g_autofree char *entry = NULL;
        int r = 0;

        if (is_object)
                entry = g_strndup(contents + 1, strlen(contents) - 2);
        if (type != SD_BUS_TYPE_VARIANT)
                g_string_append_c(out, is_object ? '{' : '[');
        while ((r = sd_bus_message_at_end(m, 0)) == 0) {
                if (!first)
                        g_string_append_c(out, ',');
                first = false;
                r = is_object ? append_entry(out, m, entry) : json_append_value(out, m);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        if (type != SD_BUS_TYPE_VARIANT)
                g_string_append_c(out, is_list ? ']' : '}');
        return 0;
}

int json_append_value(GString *out, sd_bus_message *m)
{
        g_autofree char *inside = NULL;
        const char *contents = NULL;
        char type = 0;
        int r;

        r = sd_bus_message_peek_type(m, &type, &contents);
        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        if (!contents)
                return append_basic(out, m, type);
        if (type == SD_BUS_TYPE_ARRAY && strcmp(contents, "y") == 0)
                return append_bytes(out, m);
        inside = g_strdup(contents);
        r = sd_bus_message_enter_container(m, type, inside);
        if (r < 0)
                return r;
        r = append_inside(out, m, type, inside);
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        return r < 0 ? r : 0;
}
