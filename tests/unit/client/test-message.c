/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/message.h"

static void test_message(void)
{
        g_autoptr(GVariant) dictionary = g_variant_ref_sink(
                        g_variant_new_parsed("{'id': <'00ff'>, 'number': <uint64 7>, 'conversation': "
                                             "<'bob'>, 'sender': <'alice'>, 'outgoing': <true>,"
                                             " 'kind': <'text'>, 'text': <'hi'>, 'time': <int64 1000>, "
                                             "'received-time': <int64 2000>,"
                                             " 'state': <'queued'>, 'reason': <'Offline'>, 'reason-text': "
                                             "<'No connection.'>, 'later': <3.5>, 'reply-to': <'11'>,"
                                             " 'reply-sender': <'bob'>, 'reply-text': <'well?'>, 'edited': <true>,"
                                             " 'edited-time': <int64 3000>}"));
        ClientMessage message;

        client_message_init(&message, dictionary);
        g_assert_cmpstr(message.id, ==, "00ff");
        g_assert_cmpuint(message.number, ==, 7);
        g_assert_cmpstr(message.conversation, ==, "bob");
        g_assert_cmpstr(message.sender, ==, "alice");
        g_assert_true(message.outgoing);
        g_assert_cmpstr(message.kind, ==, "text");
        g_assert_cmpstr(message.text, ==, "hi");
        g_assert_cmpint(message.time, ==, 1000);
        g_assert_cmpint(message.received_time, ==, 2000);
        g_assert_cmpstr(message.state, ==, "queued");
        g_assert_cmpstr(message.reason, ==, "Offline");
        g_assert_cmpstr(message.reason_text, ==, "No connection.");
        g_assert_cmpstr(message.reply_to, ==, "11");
        g_assert_cmpstr(message.reply_sender, ==, "bob");
        g_assert_cmpstr(message.reply_text, ==, "well?");
        g_assert_true(message.edited);
        g_assert_cmpint(message.edited_time, ==, 3000);
}

/* What is absent, or of another type than it should be, is empty. */
static void test_absent(void)
{
        g_autoptr(GVariant) dictionary = g_variant_ref_sink(g_variant_new_parsed(
                        "{'text': <3>, 'number': <'x'>, 'outgoing': <'true'>, 'time': <uint32 4>}"));
        ClientMessage message;

        client_message_init(&message, dictionary);
        g_assert_cmpstr(message.text, ==, "");
        g_assert_cmpstr(message.reason, ==, "");
        g_assert_cmpuint(message.number, ==, 0);
        g_assert_cmpint(message.time, ==, 0);
        g_assert_false(message.outgoing);
}

static void test_event(void)
{
        g_autoptr(GVariant) dictionary = g_variant_ref_sink(
                        g_variant_new_parsed("{'number': <uint64 9>, 'time': <int64 5>, 'kind': "
                                             "<'message-sent'>, 'conversation': <'bob'>,"
                                             " 'message': <{'id': <'1'>, 'text': <'hi'>}>}"));
        g_autoptr(GVariant) bare = g_variant_ref_sink(
                        g_variant_new_parsed("{'number': <uint64 10>, 'kind': <'contact-added'>}"));
        g_auto(ClientEvent) event;
        g_auto(ClientEvent) other;

        client_event_init(&event, dictionary);
        g_assert_cmpuint(event.number, ==, 9);
        g_assert_cmpint(event.time, ==, 5);
        g_assert_cmpstr(event.kind, ==, "message-sent");
        g_assert_cmpstr(event.conversation, ==, "bob");
        g_assert_true(event.has_message);
        g_assert_cmpstr(event.message.text, ==, "hi");

        client_event_init(&other, bare);
        g_assert_false(other.has_message);
        g_assert_cmpstr(other.conversation, ==, "");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/message/all", test_message);
        g_test_add_func("/message/absent", test_absent);
        g_test_add_func("/message/event", test_event);
        return g_test_run();
}
