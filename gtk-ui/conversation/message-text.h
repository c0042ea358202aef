/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/*
 * What somebody has said, as markup for a label in which nothing but links is marked: characters that control something else than
 * the line, or turn round what follows, are shown as a sign; a very long text is cut.
 */
char *message_text_markup(const char *text);
gboolean message_text_is_cut(const char *text);

/* All of it, without any markup, for a text view. */
char *message_text_harmless(const char *text);

/* Makes a label show it, and its links open in the program for them, after a question where one may be misread. */
void message_text_set(GtkLabel *label, const char *text);
void message_text_init_label(GtkLabel *label); /* once, before that */

/* As if somebody had clicked on it. */
void message_text_open_link(GtkWidget *widget, const char *text);
