/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/message.h"

/* What is known of a message beside what it says, in a window of its own above the widget's. */
void message_information_show(GtkWidget *widget, const ClientMessage *message);
