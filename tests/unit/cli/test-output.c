/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <time.h>

#include "cli/output.h"

/* 2026-01-02 03:04:05 in UTC; the test's zone is an hour ahead. */
#define MOMENT 1767323045000

static ClientMessage message_of(const char *state, const char *reason)
{
        return (ClientMessage){
                        .id = "1",
                        .number = 1,
                        .conversation = "bob",
                        .sender = "alice",
                        .outgoing = TRUE,
                        .kind = "text",
                        .text = "hi",
                        .time = MOMENT,
                        .state = state,
                        .reason = reason,
                        .reason_text = "",
        };
}

static void assert_message(const ClientMessage *message, const char *expected)
{
        g_autofree char *line = output_message(message, OUTPUT_CLOCK);

        g_assert_cmpstr(line, ==, expected);
}

static void test_time(void)
{
        g_autofree char *local = output_time(MOMENT, OUTPUT_DATE_TIME);
        g_autofree char *absurd = output_time(G_MAXINT64, OUTPUT_DATE_TIME);
        g_autofree char *early = output_time(G_MININT64, OUTPUT_DATE);

        g_assert_cmpstr(local, ==, "2026-01-02 04:04:05");
        g_assert_cmpstr(absurd, !=, "");
        g_assert_cmpstr(early, !=, "");
}

static void test_states(void)
{
        ClientMessage message = message_of("sent", "");

        assert_message(&message, "04:04 alice: hi [sent]");
        message = message_of("queued", "");
        assert_message(&message, "04:04 alice: hi [queued]");
        message = message_of("queued", "Offline");
        assert_message(&message, "04:04 alice: hi [queued: There is no connection to the server.]");
        message = message_of("failed", "UnknownRecipient");
        message.reason_text = "Nobody \033[m there";
        assert_message(&message, "04:04 alice: hi [not sent: Nobody \\x1b[m there]");
        message = message_of("received", "");
        message.outgoing = FALSE;
        assert_message(&message, "04:04 alice: hi");
        message.text = "one\n04:05 alice: two";
        assert_message(&message, "04:04 alice: one\n    04:05 alice: two");
}

/* What is quoted cannot pass for more than a quote. */
static void test_replies(void)
{
        ClientMessage message = message_of("sent", "");

        message.reply_to = "00";
        message.reply_sender = message.reply_text = "";
        assert_message(&message, "04:04 alice (re a message that is not here): hi [sent]");
        message.reply_sender = "bob";
        message.reply_text = "x\"): no\nmore";
        assert_message(&message, "04:04 alice (re bob \"x\\\"): no\\nmore\"): hi [sent]");
        message.edited = TRUE;
        message.reply_text = "0123456789012345678901234567890123456789more";
        assert_message(&message, "04:04 alice (re bob \"0123456789012345678901234567890123456789...\") (edited): hi [sent]");
}

static void test_notices(void)
{
        ClientMessage message = message_of("received", "");

        message.outgoing = FALSE;
        message.sender = "bob";
        message.kind = "key-change";
        assert_message(&message, "04:04 -- bob has a new identity key --");
        message.kind = "deleted";
        assert_message(&message, "04:04 -- a message from bob that was deleted --");
        message.kind = "of-a-later\033version";
        assert_message(&message, "04:04 -- a \"of-a-later\\x1bversion\" from bob --");
}

static void test_safety_number(void)
{
        g_autofree char *grouped =
                        output_safety_number("012345678901234567890123456789012345678901234567890123456789");
        g_autofree char *none = output_safety_number("");

        g_assert_cmpstr(grouped, ==,
                        "01234 56789 01234 56789 01234 56789 01234 56789 01234 56789 01234 56789");
        g_assert_cmpstr(none, ==, "");
}

/* The test's output is no terminal: no colours, whatever the style. */
static void test_colours(void)
{
        g_setenv("TERM", "xterm", TRUE);
        output_init();

        g_autofree char *words = output_styled(OUTPUT_WARNING, "words");

        g_assert_cmpstr(words, ==, "words");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        tzset();
        g_test_add_func("/output/time", test_time);
        g_test_add_func("/output/states", test_states);
        g_test_add_func("/output/replies", test_replies);
        g_test_add_func("/output/notices", test_notices);
        g_test_add_func("/output/safety-number", test_safety_number);
        g_test_add_func("/output/colours", test_colours);
        return g_test_run();
}
