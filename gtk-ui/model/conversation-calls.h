/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/conversation.h"

/* What is done to a conversation as a whole. What goes wrong is said in the window that the widget is in. */

/* All of it, and the mark is taken back. */
void conversation_mark_read(GtkWidget *widget, SmConversation *conversation);

/* Blocks a contact, once the person has said that it is meant. */
void conversation_ask_to_block(GtkWidget *widget, SmConversation *conversation);
