/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

enum { CLIENT_SAFETY_NUMBER_DIGITS = 60 };

/* Whether it is one: its digits, and nothing else. */
gboolean client_safety_number_is_sound(const char *digits);

/*
 * As people read it to each other: three lines of four groups, five digits in a group, each line after the indent and no
 * line feed after the last. Newly allocated; NULL: it is not a safety number.
 */
char *client_safety_number_lines(const char *digits, const char *indent);
