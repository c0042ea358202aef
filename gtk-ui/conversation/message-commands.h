/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/message.h"

/* The actions "message.*" of a row: what its menu, its buttons and the keyboard can do with its message. */
void message_commands_install(GtkWidgetClass *class);

/*
 * The button runs one of them when it is pressed; target: its parameter, or NULL. The action is not the button's own: GTK 4.8 keeps a note of
 * every widget that watches an action in the widgets above it, until those go as well, and rows come and go.
 */
void message_commands_connect(GtkWidget *button, const char *name, const char *target);

/* Those that this message has; the others cannot be used, and are in no menu. */
void message_commands_allow(GtkWidget *row, SmMessage *message);
