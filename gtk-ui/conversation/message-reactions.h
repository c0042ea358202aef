/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client/message.h"

/*
 * Fills a box with the reactions to a message: each emoji once, with how many people put it there if there are more and who they are in a
 * tooltip. To press one is to put it there oneself, or to take it back. Returns whether there are any.
 */
gboolean message_reactions_show(GtkBox *box, const ClientMessage *message, const char *own_name);
