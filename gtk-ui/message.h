/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client/message.h"

#define SM_TYPE_MESSAGE (sm_message_get_type())
G_DECLARE_FINAL_TYPE(SmMessage, sm_message, SM, MESSAGE, GObject)

/* A message as the daemon gives it. "changed" is emitted when it has another state. */
SmMessage *sm_message_new(GVariant *dictionary);
void sm_message_set(SmMessage *self, GVariant *dictionary);

/* Borrowed, until the next sm_message_set(). */
const ClientMessage *sm_message_fields(SmMessage *self);
