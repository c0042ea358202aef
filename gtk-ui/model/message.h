/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client/message.h"

#define SM_TYPE_MESSAGE (sm_message_get_type())
G_DECLARE_FINAL_TYPE(SmMessage, sm_message, SM, MESSAGE, GObject)

/* What a message's neighbours, or the person who reads, make of it. */
typedef enum SmMessagePlace {
        SM_MESSAGE_BEGINS_DAY = 1 << 0,
        SM_MESSAGE_CONTINUES = 1 << 1,    /* shortly after another one of the same person: no name again */
        SM_MESSAGE_FIRST_UNREAD = 1 << 2, /* when the conversation was opened */
        SM_MESSAGE_FOUND = 1 << 3,        /* somebody has looked for it just now */
} SmMessagePlace;

/* A message as the daemon gives it. "changed" is emitted when it has another state or place. */
SmMessage *sm_message_new(GVariant *dictionary);
void sm_message_set(SmMessage *self, GVariant *dictionary);

/* Borrowed, until the next sm_message_set(). */
const ClientMessage *sm_message_fields(SmMessage *self);

/* Of SmMessagePlace. */
unsigned sm_message_place(SmMessage *self);
/* Those of `which` are what `place` says; the others stay. */
void sm_message_set_place(SmMessage *self, unsigned which, unsigned place);
/* Finds out whether it begins a day or continues; before: the one above it, or NULL. */
void sm_message_follow(SmMessage *self, SmMessage *before);

/* It is something that somebody has said, and no notice. */
gboolean sm_message_is_said(SmMessage *self);
