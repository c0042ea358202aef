/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * The dictionaries of org.securemessenger.Messenger1.Messages and .Events as structs. What is absent is ""
 * or 0. Strings and variants are borrowed from the dictionary. Times are milliseconds since 1970.
 */
typedef struct ClientMessage {
        const char *id;
        guint64 number;
        const char *conversation;
        const char *sender;
        gboolean outgoing;
        const char *kind;
        const char *subject; /* of a group's notice: whom or what it is about */
        const char *text;
        gboolean unaccepted_key;
        guint32 timer; /* of a "timer-change": seconds, 0: off */
        gint64 time;
        gint64 received_time;
        const char *state;
        const char *reason;
        const char *reason_text;
        const char *reply_to; /* the ID of the message that it answers, and what that says, if it is known */
        const char *reply_sender;
        const char *reply_text;
        gboolean edited;
        gint64 edited_time;
        GVariant *dictionary; /* what it was made of, borrowed: for `reactions` */
        const char *name; /* of the file, and so on */
        const char *media_type;
        guint64 size;
        const char *transfer;
        guint64 transferred;
        const char *transfer_problem_text;
} ClientMessage;

typedef struct ClientEvent {
        guint64 number;
        gint64 time;
        const char *kind;
        const char *conversation;
        gboolean has_message;
        ClientMessage message;
        GVariant *message_dictionary; /* held by this struct: client_event_deinit() */
} ClientEvent;

void client_message_init(ClientMessage *message, GVariant *dictionary);

void client_event_init(ClientEvent *event, GVariant *dictionary);
void client_event_deinit(ClientEvent *event);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ClientEvent, client_event_deinit)
