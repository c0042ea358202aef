/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A D-Bus dictionary as a JSON object: keys in snake_case ("received-time" becomes "received_time"), keys of "a{ss}" as they are, bytes
 * ("ay") as hexadecimal digits. Whatever a terminal could stumble over is escaped, so that the text is exact
 * and harmless.
 */
void json_append(GString *out, GVariant *value);

/* One line on standard output. Takes a floating reference. */
void json_print(GVariant *dictionary);
