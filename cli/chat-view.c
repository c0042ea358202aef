/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/chat-view.h"

#include <string.h>

#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "client/message.h"

enum {
        PATIENCE_MS = 700, /* how long an own message waits for its state before it is shown as queued */
        QUOTED_CHARACTERS = 40,
};

struct ChatView {
        ChatInput *input;
        gboolean has_terminal;
        gboolean is_json;
        GHashTable *messages; /* number: Shown */
        char *date;           /* of the last line */
};

typedef struct Shown {
        ChatView *view;
        GVariant *message; /* as it was shown last, or is to be shown */
        guint timer;       /* not shown yet */
} Shown;

static void shown_free(gpointer data)
{
        Shown *shown = data;

        if (shown->timer)
                g_source_remove(shown->timer);
        g_variant_unref(shown->message);
        g_free(shown);
}

ChatView *chat_view_new(ChatInput *input, gboolean has_terminal, gboolean is_json)
{
        ChatView *view = g_new0(ChatView, 1);

        view->input = input;
        view->has_terminal = has_terminal;
        view->is_json = is_json;
        view->messages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, shown_free);
        return view;
}

ChatView *chat_view_free(ChatView *view)
{
        if (!view)
                return NULL;
        g_hash_table_unref(view->messages);
        g_free(view->date);
        g_free(view);
        return NULL;
}

static void print_json(ChatView *view, GVariant *message)
{
        g_autoptr(GString) line = g_string_new(NULL);

        json_append(line, message);
        chat_input_print(view->input, line->str);
}

static void print_date(ChatView *view, gint64 time)
{
        g_autofree char *date = output_time(time, OUTPUT_DATE);

        if (g_strcmp0(date, view->date) == 0)
                return;

        g_autofree char *marked = g_strdup_printf("-- %s --", date);
        g_autofree char *line = output_styled(OUTPUT_DIM, marked);

        chat_input_print(view->input, line);
        g_free(view->date);
        view->date = g_steal_pointer(&date);
}

static void print_message(ChatView *view, GVariant *dictionary)
{
        ClientMessage message;

        if (view->is_json) {
                print_json(view, dictionary);
                return;
        }
        client_message_init(&message, dictionary);
        print_date(view, message.time);

        g_autofree char *line = output_message(&message, OUTPUT_CLOCK);

        chat_input_print(view->input, line);
}

/* "[sent] the first words of it..." */
static void print_change(ChatView *view, GVariant *dictionary)
{
        ClientMessage message;

        if (view->is_json) {
                print_json(view, dictionary);
                return;
        }
        client_message_init(&message, dictionary);

        gboolean is_long = g_utf8_strlen(message.text, -1) > QUOTED_CHARACTERS;
        g_autofree char *start = g_utf8_substring(
                        message.text, 0, is_long ? QUOTED_CHARACTERS : g_utf8_strlen(message.text, -1));
        g_autofree char *quoted = harmless_line(start);
        g_autofree char *state = output_message_state(&message);
        g_autofree char *words = g_strdup_printf("-- [%s] %s%s", state, quoted, is_long ? "..." : "");
        g_autofree char *line = output_styled(OUTPUT_DIM, words);

        chat_input_print(view->input, line);
}

static gboolean on_patience_over(gpointer data)
{
        Shown *shown = data;

        shown->timer = 0;
        print_message(shown->view, shown->message);
        return G_SOURCE_REMOVE;
}

/* Nothing hinders it: it is just not there yet. */
static gboolean is_under_way(const ClientMessage *message)
{
        return message->outgoing && strcmp(message->state, "queued") == 0 && !*message->reason;
}

static void add(ChatView *view, const ClientMessage *message, GVariant *dictionary)
{
        Shown *shown = g_new0(Shown, 1);
        guint64 *key = g_new(guint64, 1);

        *key = message->number;
        shown->view = view;
        shown->message = g_variant_ref(dictionary);
        g_hash_table_insert(view->messages, key, shown);
        if (is_under_way(message) && !view->is_json)
                shown->timer = g_timeout_add(PATIENCE_MS, on_patience_over, shown);
        else
                print_message(view, dictionary);
}

/* It says something else now: to be shown in full, once more. */
static gboolean is_rewritten(const ClientMessage *before, const ClientMessage *message)
{
        g_autoptr(GVariant) were = g_variant_lookup_value(before->dictionary, "reactions", NULL);
        g_autoptr(GVariant) are = g_variant_lookup_value(message->dictionary, "reactions", NULL);

        return before->edited_time != message->edited_time || strcmp(before->kind, message->kind) != 0 ||
               (were && are ? !g_variant_equal(were, are) : were != are);
}

static void change(Shown *shown, const ClientMessage *message, GVariant *dictionary)
{
        g_autoptr(GVariant) old = g_steal_pointer(&shown->message);
        ClientMessage before;

        client_message_init(&before, old);
        shown->message = g_variant_ref(dictionary);
        if (is_rewritten(&before, message) && !shown->timer) {
                print_message(shown->view, dictionary);
                return;
        }
        if (strcmp(before.state, message->state) == 0 && strcmp(before.reason, message->reason) == 0)
                return;
        /*
         * A line more for each message would be too much: that it arrived is what one expects. Unless it was
         * said to wait: the receipt may be faster than the server's word that it was sent.
         */
        if (!shown->view->is_json && !shown->timer &&
            (!message->outgoing ||
             (strcmp(message->state, "delivered") == 0 && strcmp(before.state, "queued") != 0)))
                return;
        if (shown->timer) {
                if (is_under_way(message))
                        return;
                g_source_remove(shown->timer);
                shown->timer = 0;
                print_message(shown->view, dictionary);
        } else {
                print_change(shown->view, dictionary);
        }
}

void chat_view_message(ChatView *view, GVariant *dictionary)
{
        ClientMessage message;

        client_message_init(&message, dictionary);

        Shown *shown = g_hash_table_lookup(view->messages, &message.number);

        if (shown)
                change(shown, &message, dictionary);
        else
                add(view, &message, dictionary);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
        guint64 left = *(const guint64 *)a, right = *(const guint64 *)b;

        return left < right ? -1 : left > right;
}

void chat_view_flush(ChatView *view)
{
        g_autoptr(GList) numbers = g_list_sort(g_hash_table_get_keys(view->messages), by_number);

        for (GList *at = numbers; at; at = at->next) {
                Shown *shown = g_hash_table_lookup(view->messages, at->data);

                if (!shown->timer)
                        continue;
                g_source_remove(shown->timer);
                on_patience_over(shown);
        }
}

void chat_view_note(ChatView *view, const char *words)
{
        if (!view->has_terminal) {
                output_note("%s", words);
                return;
        }
        g_autofree char *marked = g_strdup_printf("-- %s --", words);
        g_autofree char *line = output_styled(OUTPUT_WARNING, marked);

        chat_input_print(view->input, line);
}
