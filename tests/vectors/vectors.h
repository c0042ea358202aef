/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

/*
 * Published test vectors, which are not part of the project: they are read where SM_VECTORS points, or
 * beside the source tree. A test whose file is absent is reported as skipped.
 */
JsonObject *
vectors_load(const char *name); /* NULL, and the test is marked as skipped; else json_object_unref() */
JsonArray *vectors_load_array(const char *name); /* likewise, for json_array_unref() */

/* Hexadecimal bytes of a member. */
GBytes *vectors_bytes(JsonObject *object, const char *member);
/* As it, into a buffer of exactly this size. */
void vectors_fixed(JsonObject *object, const char *member, void *out, size_t size);
gboolean vectors_says(JsonObject *test, const char *result); /* member "result" */

/*
 * Calls run(group, test, userdata) for each test of each group; returns how many there were, and fails for
 * none.
 */
typedef void (*VectorsRun)(JsonObject *group, JsonObject *test, void *userdata);
unsigned vectors_run(const char *name, VectorsRun run, void *userdata);
