/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/bus.h"
#include "cli/harmless.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/report.h"
#include "client/message.h"

enum {
        SEARCH_LIMIT_DEFAULT = 50,
        PAGE = 200, /* of one call; the daemon allows 500 */
};

typedef struct Search {
        const Command *command;
        GDBusConnection *connection;
        char *words;
        guint64 limit, before; /* 0: all; 0: not given */
} Search;

/* (results, next) of a page. */
static GVariant *fetch_page(const Search *search, guint32 limit, guint64 before, GError **error)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        const char *in = search->command->values[OPTION_IN];

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(limit));
        if (before > 0)
                g_variant_builder_add(&options, "{sv}", "before", g_variant_new_uint64(before));
        if (in)
                g_variant_builder_add(&options, "{sv}", "in", g_variant_new_string(in));
        return g_dbus_connection_call_sync(search->connection, CLIENT_BUS_NAME, CLIENT_ROOT_PATH,
                                           CLIENT_MESSAGES_INTERFACE, "Search",
                                           g_variant_new("(sa{sv})", search->words, &options),
                                           G_VARIANT_TYPE("(aa{sv}t)"), G_DBUS_CALL_FLAGS_NONE,
                                           CLIENT_CALL_TIMEOUT_MS, NULL, error);
}

static void append_characters(GString *out, const char *snippet, glong begin, glong end, OutputStyle style)
{
        g_autofree char *part = g_utf8_substring(snippet, begin, end);
        g_autofree char *safe = harmless_line(part);
        g_autofree char *styled = output_styled(style, safe);

        g_string_append(out, styled);
}

/* What was found stands out, where there are colours. */
static char *mark_up(const char *snippet, GVariant *matches)
{
        glong length = g_utf8_strlen(snippet, -1), at = 0;
        GString *out = g_string_new(NULL);
        guint32 begin, end;
        GVariantIter iter;

        g_variant_iter_init(&iter, matches);
        while (g_variant_iter_loop(&iter, "(uu)", &begin, &end)) {
                if (begin < at || end < begin || end > length)
                        continue;
                append_characters(out, snippet, at, begin, OUTPUT_PLAIN);
                append_characters(out, snippet, begin, end, OUTPUT_WARNING);
                at = end;
        }
        append_characters(out, snippet, at, length, OUTPUT_PLAIN);
        return g_string_free(out, FALSE);
}

static void print_line(GVariant *result)
{
        g_autoptr(GVariant) dictionary = g_variant_lookup_value(result, "message", G_VARIANT_TYPE_VARDICT);
        g_autoptr(GVariant) matches = g_variant_lookup_value(result, "matches", G_VARIANT_TYPE("a(uu)"));
        const char *snippet = bus_string(result, "snippet");
        ClientMessage message;

        if (!dictionary || !matches)
                return;
        client_message_init(&message, dictionary);

        g_autofree char *time = output_time(message.time, OUTPUT_DATE_TIME);
        g_autofree char *dim_time = output_styled(OUTPUT_DIM, time);
        g_autofree char *who = message.outgoing ? g_strdup_printf(_("%s to %s"), message.sender,
                                                                  message.conversation)
                                                : g_strdup(message.sender);
        g_autofree char *safe = harmless_line(who);
        g_autofree char *name = output_styled(message.outgoing ? OUTPUT_OWN : OUTPUT_OTHER, safe);
        g_autofree char *text = mark_up(snippet, matches);

        printf("%s %s: %s\n", dim_time, name, text);
}

static void print_page(const Search *search, GVariant *results)
{
        for (gsize i = 0; i < g_variant_n_children(results); i++) {
                g_autoptr(GVariant) result = g_variant_get_child_value(results, i);

                if (command_has(search->command, OPTION_JSON))
                        json_print(result);
                else
                        print_line(result);
        }
}

/* What can be wrong with an argument here are the words, and the daemon says what. */
static ClientFailure refused(GError *error)
{
        if (client_failure_of(error) != CLIENT_FAILURE_INVALID_ARGUMENT)
                return report(error);
        g_dbus_error_strip_remote_error(error);

        g_autofree char *sentence = harmless_line(error->message);

        output_note("%s", sentence);
        return CLIENT_FAILURE_INVALID_ARGUMENT;
}

static ClientFailure run(const Search *search)
{
        guint64 before = search->before, found = 0;

        do {
                guint64 left = search->limit ? search->limit - found : PAGE;
                g_autoptr(GError) error = NULL;
                g_autoptr(GVariant) reply = fetch_page(search, (guint32)MIN(left, PAGE), before, &error);

                if (!reply)
                        return refused(error);

                g_autoptr(GVariant) results = g_variant_get_child_value(reply, 0);

                print_page(search, results);
                found += g_variant_n_children(results);
                g_variant_get_child(reply, 1, "t", &before);
        } while (before > 0 && (search->limit == 0 || found < search->limit));
        return CLIENT_FAILURE_NONE;
}

ClientFailure cmd_search(const Command *command)
{
        g_autofree char *problem = NULL, *words = NULL;
        g_autoptr(GError) error = NULL;
        Search search = {.command = command};
        uint64_t limit, before;

        if (command_number(command, OPTION_LIMIT, SEARCH_LIMIT_DEFAULT, G_MAXUINT32, &limit, &problem) !=
                            0 ||
            command_number(command, OPTION_BEFORE, 0, G_MAXINT64, &before, &problem) != 0)
                return report_usage(problem);
        words = g_strjoinv(" ", (char **)command->arguments);
        if (!g_utf8_validate(words, -1, NULL))
                return report_usage(_("The words are not UTF-8."));
        search.words = words;
        search.limit = limit;
        search.before = before;

        g_autoptr(GDBusConnection) connection = client_connect(&error);

        if (!connection)
                return report(error);
        search.connection = connection;
        return run(&search);
}
