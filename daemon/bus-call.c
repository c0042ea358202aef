/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-call.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>

#include "daemon/bus-error.h"
#include "daemon/log.h"

struct BusCalls {
        sd_bus_slot *match;
        GHashTable *clients; /* unique name: GList of BusCall */
        unsigned count;
};

struct BusCall {
        BusCalls *calls;
        sd_bus_message *message;
        void (*gone)(void *userdata);
        void *userdata;
};

static void set_list(BusCalls *calls, const char *sender, GList *list)
{
        if (list)
                g_hash_table_replace(calls->clients, g_strdup(sender), list);
        else
                g_hash_table_remove(calls->clients, sender);
}

/* One match for all clients: a call costs no message to the bus beyond itself. */
static int on_name_lost(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        g_autoptr(GList) list = NULL;
        BusCalls *calls = userdata;
        const char *name = NULL;
        int r;

        r = sd_bus_message_read(signal, "s", &name);
        if (r < 0)
                return r;
        list = g_list_copy(g_hash_table_lookup(calls->clients, name));
        for (GList *l = list; l; l = l->next) {
                BusCall *call = l->data;

                if (call->gone)
                        call->gone(call->userdata);
        }
        return 0;
}

int bus_calls_new(sd_bus *bus, BusCalls **out)
{
        BusCalls *calls = calloc(1, sizeof(*calls));
        int r;

        if (!calls)
                return -ENOMEM;
        calls->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        r = sd_bus_add_match_async(
                        bus, &calls->match,
                        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                        "member='NameOwnerChanged',arg2=''",
                        on_name_lost, NULL, calls);
        if (r < 0) {
                bus_calls_free(calls);
                return r;
        }
        *out = calls;
        return 0;
}

BusCalls *bus_calls_free(BusCalls *calls)
{
        if (!calls)
                return NULL;
        sd_bus_slot_unref(calls->match);
        g_hash_table_unref(calls->clients);
        free(calls);
        return NULL;
}

int bus_call_new(BusCalls *calls, sd_bus_message *message, BusCall **out)
{
        const char *sender = sd_bus_message_get_sender(message);
        BusCall *call;
        GList *list;

        if (!sender)
                sender = "";
        list = g_hash_table_lookup(calls->clients, sender);
        if (calls->count >= BUS_CALLS_MAX || g_list_length(list) >= BUS_CALLS_OF_CLIENT_MAX)
                return PROBLEM_TOO_MANY_CALLS;
        call = calloc(1, sizeof(*call));
        if (!call)
                return -ENOMEM;
        call->calls = calls;
        call->message = sd_bus_message_ref(message);
        set_list(calls, sender, g_list_prepend(list, call));
        calls->count++;
        *out = call;
        return 0;
}

BusCall *bus_call_free(BusCall *call)
{
        const char *sender;
        BusCalls *calls;

        if (!call)
                return NULL;
        calls = call->calls;
        sender = sd_bus_message_get_sender(call->message);
        if (!sender)
                sender = "";
        set_list(calls, sender, g_list_remove(g_hash_table_lookup(calls->clients, sender), call));
        calls->count--;
        sd_bus_message_unref(call->message);
        free(call);
        return NULL;
}

void bus_call_set_gone(BusCall *call, void (*gone)(void *userdata), void *userdata)
{
        call->gone = gone;
        call->userdata = userdata;
}

sd_bus_message *bus_call_message(BusCall *call)
{
        return call->message;
}

BusCall *bus_call_finish(BusCall *call, int result)
{
        int r;

        if (result == 0)
                r = sd_bus_reply_method_return(call->message, NULL);
        else
                r = bus_reply_error(call->message, result);
        if (r < 0)
                log_warning("bus", r, "cannot answer a call");
        return bus_call_free(call);
}
