/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/message.h"

static const char *string_of(GVariant *dictionary, const char *key)
{
        const char *value = "";

        g_variant_lookup(dictionary, key, "&s", &value);
        return value;
}

void client_message_init(ClientMessage *message, GVariant *dictionary)
{
        *message = (ClientMessage){
                        .id = string_of(dictionary, "id"),
                        .conversation = string_of(dictionary, "conversation"),
                        .sender = string_of(dictionary, "sender"),
                        .kind = string_of(dictionary, "kind"),
                        .subject = string_of(dictionary, "subject"),
                        .text = string_of(dictionary, "text"),
                        .state = string_of(dictionary, "state"),
                        .reason = string_of(dictionary, "reason"),
                        .reason_text = string_of(dictionary, "reason-text"),
                        .reply_to = string_of(dictionary, "reply-to"),
                        .reply_sender = string_of(dictionary, "reply-sender"),
                        .reply_text = string_of(dictionary, "reply-text"),
                        .dictionary = dictionary,
                        .name = string_of(dictionary, "name"),
                        .media_type = string_of(dictionary, "media-type"),
                        .transfer = string_of(dictionary, "transfer"),
                        .transfer_problem_text = string_of(dictionary, "transfer-problem-text"),
        };
        g_variant_lookup(dictionary, "number", "t", &message->number);
        g_variant_lookup(dictionary, "size", "t", &message->size);
        g_variant_lookup(dictionary, "transferred", "t", &message->transferred);
        g_variant_lookup(dictionary, "outgoing", "b", &message->outgoing);
        g_variant_lookup(dictionary, "edited", "b", &message->edited);
        g_variant_lookup(dictionary, "edited-time", "x", &message->edited_time);
        g_variant_lookup(dictionary, "unaccepted-key", "b", &message->unaccepted_key);
        g_variant_lookup(dictionary, "timer", "u", &message->timer);
        g_variant_lookup(dictionary, "time", "x", &message->time);
        g_variant_lookup(dictionary, "received-time", "x", &message->received_time);
}

void client_event_init(ClientEvent *event, GVariant *dictionary)
{
        *event = (ClientEvent){
                        .kind = string_of(dictionary, "kind"),
                        .conversation = string_of(dictionary, "conversation"),
        };
        g_variant_lookup(dictionary, "number", "t", &event->number);
        g_variant_lookup(dictionary, "time", "x", &event->time);
        event->message_dictionary = g_variant_lookup_value(dictionary, "message", G_VARIANT_TYPE_VARDICT);
        if (event->message_dictionary) {
                event->has_message = TRUE;
                client_message_init(&event->message, event->message_dictionary);
        }
}

void client_event_deinit(ClientEvent *event)
{
        g_clear_pointer(&event->message_dictionary, g_variant_unref);
}
