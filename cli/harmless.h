/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * Other people's words for a terminal. Control characters, escape sequences, and characters that reorder or
 * hide what is around them become visible: \x1b, \u202e. Bytes that are not UTF-8 become \xNN each.
 */

/* On one line: line feeds become \n and tabs \t. Newly allocated. */
char *harmless_line(const char *text);

/* Line feeds stay, each with `indent` after it, so that no line of a text can pass for one of ours; tabs
 * stay. */
char *harmless_text(const char *text, const char *indent);

/*
 * On a terminal that does not speak UTF-8, bytes of our UTF-8 could be control characters: then everything
 * that is not ASCII becomes \u00e9. Called once at the start; the default is to trust the terminal with
 * UTF-8.
 */
void harmless_init(gboolean ascii_only);
