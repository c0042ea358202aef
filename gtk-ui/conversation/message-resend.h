/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/message.h"
#include "gtk-ui/model/daemon.h"

/*
 * What has failed has done so for good: a new message says the same, and the failed one is deleted here once the new one needs it no
 * more. What goes wrong is said in a toast of the widget's window, and leaves the failed one where it is.
 */
void message_send_again(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message);

/* A text, or a file of which the daemon has all. */
gboolean message_can_be_sent_again(const ClientMessage *message);
