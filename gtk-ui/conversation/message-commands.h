/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/message.h"

/* The actions "message.*" of a row: what its menu, its buttons and the keyboard can do with its message. */
void message_commands_install(GtkWidgetClass *class);

/* Those that this message has; the others cannot be used, and are in no menu. */
void message_commands_allow(GtkWidget *row, SmMessage *message);
