/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "e2ee/mls/crypto.h"

/*
 * The vectors of mlswg/mls-implementations, test-vectors.md. A kind is told by the members that its cases
 * have, never by the name of a file.
 */
typedef struct VectorKind {
        const char *name;
        const char *members[4];
        bool (*run)(JsonObject *test);
        bool of_suite_1; /* the kind uses nothing in which suites 1 and 3 differ, and comes for suite 1 only
                          */
} VectorKind;

extern const VectorKind vector_tree_math, vector_deserialization, vector_crypto_basics, vector_key_schedule,
                vector_psk_secret, vector_transcript, vector_secret_tree, vector_message_protection,
                vector_welcome, vector_tree_operations, vector_tree_validation, vector_treekem,
                vector_messages, vector_passive;

/* Says on stderr what did not hold; false. */
bool vector_failed(const char *file, int line, const char *what);
#define CHECK(condition)                                                      \
        do {                                                                  \
                if (!(condition))                                             \
                        return vector_failed(__FILE__, __LINE__, #condition); \
        } while (0)

/* The bytes of a hexadecimal member; none if it is absent, null, or not hexadecimal. */
GBytes *vector_hex(JsonObject *object, const char *member);
GBytes *vector_hex_node(JsonNode *node);
MlsSlice vector_slice(GBytes *bytes);
#define HEX(name, object, member)                                    \
        g_autoptr(GBytes) name##_bytes = vector_hex(object, member); \
        const MlsSlice name = vector_slice(name##_bytes)
/* Into a fixed size; false if it is of another. */
bool vector_fixed(JsonObject *object, const char *member, void *out, size_t size);
bool vector_is(JsonObject *object, const char *member, MlsSlice found);
bool vector_secret_is(JsonObject *object, const char *member, const MlsSecret *found);
uint64_t vector_number(JsonObject *object, const char *member);
const char *vector_string(JsonObject *object, const char *member);

/* Randomness of the system, and a fixed time inside the lifetime of the vectors' key packages. */
const E2eeContext *vector_context(void);
