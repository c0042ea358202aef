/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the members of a case. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "tests/vectors/mls-vectors.h"

bool vector_failed(const char *file, int line, const char *what)
{
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        return false;
}

GBytes *vector_hex_node(JsonNode *node)
{
        const char *hex = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
        size_t size, length = hex ? strlen(hex) : 0;
        g_autofree uint8_t *data = g_malloc0(length / 2 + 1);

        if (!hex || sodium_hex2bin(data, length / 2 + 1, hex, length, NULL, &size, NULL) != 0 ||
            size * 2 != length)
                return g_bytes_new(NULL, 0);
        return g_bytes_new_take(g_steal_pointer(&data), size);
}

GBytes *vector_hex(JsonObject *object, const char *member)
{
        return vector_hex_node(json_object_get_member(object, member));
}

MlsSlice vector_slice(GBytes *bytes)
{
        size_t size;
        const uint8_t *data = g_bytes_get_data(bytes, &size);

        return mls_slice(data, size);
}

bool vector_fixed(JsonObject *object, const char *member, void *out, size_t size)
{
        HEX(found, object, member);

        memset(out, 0, size);
        if (found.size != size)
                return vector_failed(member, 0, "is of another size");
        memcpy(out, found.data, size);
        return true;
}

bool vector_is(JsonObject *object, const char *member, MlsSlice found)
{
        HEX(wanted, object, member);

        return mls_slice_equal(wanted, found) || vector_failed(member, 0, "comes out the same");
}

bool vector_secret_is(JsonObject *object, const char *member, const MlsSecret *found)
{
        return vector_is(object, member, mls_secret_slice(found));
}

uint64_t vector_number(JsonObject *object, const char *member)
{
        JsonNode *node = json_object_get_member(object, member);

        return node && JSON_NODE_HOLDS_VALUE(node) ? (uint64_t)json_node_get_int(node) : UINT64_MAX;
}

const char *vector_string(JsonObject *object, const char *member)
{
        JsonNode *node = json_object_get_member(object, member);
        const char *string = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;

        return string ? string : "";
}

static void fill(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

const E2eeContext *vector_context(void)
{
        static const E2eeContext context = {.fill = fill, .now_ms = UINT64_C(1690000000000)};

        return &context;
}
