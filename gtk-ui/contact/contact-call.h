/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/conversation.h"

/*
 * A call on a conversation's object that answers nothing, made for a widget, which is held until it is over. What fails becomes a toast
 * in its window. arguments: floating, taken. done may be NULL.
 */
typedef void (*ContactCallDone)(GtkWidget *widget, gboolean is_done);

void contact_call(GtkWidget *widget, SmConversation *conversation, const char *method, GVariant *arguments,
                  ContactCallDone done);

/* The same with a method that has nothing but options, and none of those. */
void contact_call_plain(GtkWidget *widget, SmConversation *conversation, const char *method, ContactCallDone done);

/* The same with a method that wants a key, and no options. */
void contact_call_key(GtkWidget *widget, SmConversation *conversation, const char *method, GVariant *key,
                      ContactCallDone done);

/* Writes a property. value: floating, taken. */
void contact_call_set(GtkWidget *widget, SmConversation *conversation, const char *property, GVariant *value,
                      ContactCallDone done);
