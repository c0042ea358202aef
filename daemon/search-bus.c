/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <libintl.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/store-search.h"

#define _(text) gettext(text)

enum { SEARCH_LIMIT_DEFAULT = 50, SEARCH_LIMIT_MAX = 500 };

typedef struct Append {
        Bus *bus;
        sd_bus_message *reply;
} Append;

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

static int append_message(Append *a, const Message *message)
{
        int r;

        r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_DICT_ENTRY, "sv");
        if (r >= 0)
                r = sd_bus_message_append(a->reply, "s", "message");
        if (r >= 0)
                r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_VARIANT, "a{sv}");
        if (r >= 0)
                r = message_bus_append(a->bus, a->reply, message);
        if (r >= 0)
                r = sd_bus_message_close_container(a->reply);
        return r < 0 ? r : sd_bus_message_close_container(a->reply);
}

static int append_matches(Append *a, const SearchMatch *match)
{
        int r;

        r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_DICT_ENTRY, "sv");
        if (r >= 0)
                r = sd_bus_message_append(a->reply, "s", "matches");
        if (r >= 0)
                r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_VARIANT, "a(uu)");
        if (r >= 0)
                r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_ARRAY, "(uu)");
        for (size_t i = 0; r >= 0 && i < match->n_ranges; i++)
                r = sd_bus_message_append(a->reply, "(uu)", (uint32_t)match->ranges[i].begin,
                                          (uint32_t)match->ranges[i].end);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(a->reply);
        return r;
}

static int append_result(void *userdata, const Message *message, const SearchMatch *match)
{
        g_autofree char *snippet = NULL;
        Append *a = userdata;
        SearchMatch characters;
        int r;

        snippet = search_snippet(message->text, message->text_size, match, &characters);
        r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_ARRAY, "{sv}");
        if (r >= 0)
                r = append_message(a, message);
        if (r >= 0)
                r = sd_bus_message_append(a->reply, "{sv}", "snippet", "s", snippet);
        if (r >= 0)
                r = append_matches(a, &characters);
        if (r >= 0)
                r = sd_bus_message_close_container(a->reply);
        return r < 0 ? r : 0;
}

static int fill(Messenger *messenger, const char *conversation, SearchRequest *request, Append *a)
{
        uint64_t next = 0;
        Contact contact;
        int r;

        if (conversation) {
                r = store_contact_find(messenger->store, conversation, &contact);
                if (r != 0)
                        return r < 0 ? r : PROBLEM_NOT_FOUND;
                request->contact = contact.id;
        }
        r = sd_bus_message_open_container(a->reply, SD_BUS_TYPE_ARRAY, "a{sv}");
        if (r < 0)
                return r;
        r = store_search_each(messenger->store, request, append_result, a, &next);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(a->reply);
        if (r < 0)
                return r;
        r = sd_bus_message_append(a->reply, "t", next);
        return r < 0 ? r : 0;
}

int search_bus_method(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(message_unrefp) sd_bus_message *reply = NULL;
        const char *words = NULL, *conversation = NULL;
        g_autofree SearchQuery *query = g_new0(SearchQuery, 1);
        SearchRequest request = {.query = query};
        uint32_t limit = SEARCH_LIMIT_DEFAULT;
        bool has_before = false;
        const BusOption options[] = {
                        {"in", SD_BUS_TYPE_STRING, &conversation},
                        {"limit", SD_BUS_TYPE_UINT32, &limit},
                        {"before", SD_BUS_TYPE_UINT64, &request.before, &has_before},
                        {NULL},
        };
        Append a = {.bus = userdata};
        Messenger *messenger;
        int r, locked;

        r = sd_bus_message_read(m, "s", &words);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r == 0 && (limit < 1 || limit > SEARCH_LIMIT_MAX || (has_before && request.before == 0)))
                r = PROBLEM_INVALID_ARGUMENT;
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        if (!search_query_parse(query, words))
                return bus_reply_error_text(m, PROBLEM_INVALID_ARGUMENT,
                                            _("There is nothing in it to look for, or too much. Give 1 to "
                                              "16 words, of 1,024 bytes at most."));
        messenger = bus_messenger(a.bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        request.limit = limit;
        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        a.reply = reply;
        r = fill(messenger, conversation, &request, &a);
        if (r != 0)
                return bus_reply_error(m, r);
        return sd_bus_send(NULL, reply, NULL);
}
