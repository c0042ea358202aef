/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/vectors/vectors.h"

#include <stdint.h>
#include <string.h>

static JsonNode *load(const char *name)
{
        const char *folder = g_getenv("SM_VECTORS");
        g_autofree char *path = g_build_filename(folder ? folder : VECTORS_BESIDE_SOURCE, name, NULL);
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GError) error = NULL;

        if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
                g_test_skip("the published vectors are not here; SM_VECTORS can say where they are");
                return NULL;
        }
        json_parser_load_from_file(parser, path, &error);
        g_assert_no_error(error);
        return json_parser_steal_root(parser);
}

JsonObject *vectors_load(const char *name)
{
        g_autoptr(JsonNode) root = load(name);

        return root ? json_node_dup_object(root) : NULL;
}

JsonArray *vectors_load_array(const char *name)
{
        g_autoptr(JsonNode) root = load(name);

        return root ? json_node_dup_array(root) : NULL;
}

GBytes *vectors_bytes(JsonObject *object, const char *member)
{
        const char *hex = json_object_get_string_member(object, member);
        size_t size = strlen(hex) / 2;
        uint8_t *data = g_malloc0(size + 1);

        g_assert_cmpuint(strlen(hex) % 2, ==, 0);
        for (size_t i = 0; i < size; i++) {
                int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);

                g_assert_true(high >= 0 && low >= 0);
                data[i] = (uint8_t)(high << 4 | low);
        }
        return g_bytes_new_take(data, size);
}

void vectors_fixed(JsonObject *object, const char *member, void *out, size_t size)
{
        g_autoptr(GBytes) bytes = vectors_bytes(object, member);

        g_assert_cmpuint(g_bytes_get_size(bytes), ==, size);
        memcpy(out, g_bytes_get_data(bytes, NULL), size);
}

gboolean vectors_says(JsonObject *test, const char *result)
{
        return strcmp(json_object_get_string_member(test, "result"), result) == 0;
}

unsigned vectors_run(const char *name, VectorsRun run, void *userdata)
{
        g_autoptr(JsonObject) root = vectors_load(name);
        JsonArray *groups, *tests;
        unsigned count = 0;

        if (!root)
                return 0;
        groups = json_object_get_array_member(root, "testGroups");
        for (guint i = 0; i < json_array_get_length(groups); i++) {
                JsonObject *group = json_array_get_object_element(groups, i);

                tests = json_object_get_array_member(group, "tests");
                for (guint k = 0; k < json_array_get_length(tests); k++, count++)
                        run(group, json_array_get_object_element(tests, k), userdata);
        }
        g_assert_cmpuint(count, ==, json_object_get_int_member(root, "numberOfTests"));
        g_assert_cmpuint(count, >, 0);
        return count;
}
