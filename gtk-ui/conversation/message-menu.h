/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/*
 * The menu of a message, at a place in its row: reactions, and of the row's actions "message.*" those that can be used now, and
 * the first links of its text, for those who do not click on them. It goes by itself.
 */
void message_menu_popup(GtkWidget *row, const char *text, const GdkRectangle *at);

/* Any emoji: activates "message.react". */
void message_menu_choose_emoji(GtkWidget *row);
