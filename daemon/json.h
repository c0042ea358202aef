/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/*
 * The value at which a sealed message stands, as JSON, as smctl --json has it: a{sv} becomes an object with
 * keys in snake_case, "ay" hexadecimal digits; whatever a terminal could stumble over is escaped. Negative
 * errno.
 */
int json_append_value(GString *out, sd_bus_message *m);
/* In quotes. */
void json_append_string(GString *out, const char *text);
