/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/message.h"
#include "gtk-ui/model/daemon.h"

/*
 * What somebody does with a message. Each says in a toast of the widget's window what went wrong. The widget is held until it is
 * done: one that stays where it is, and no row, which may be another message's by then.
 */

/* emoji "": none any more. */
void message_react(GtkWidget *widget, SmDaemon *daemon, const char *id, const char *emoji);
/* Asks first, and for whom. */
void message_delete(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message);
/* For oneself, without a question. */
void message_delete_here(GtkWidget *widget, SmDaemon *daemon, const char *id);
void message_copy(GtkWidget *widget, const ClientMessage *message);
/* Shows the message with this ID where the conversation is. */
void message_go_to(GtkWidget *widget, SmDaemon *daemon, const char *id);
