/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/notifier.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"

enum {
        LIST_LIMIT_DEFAULT = 100,
        LIST_LIMIT_MAX = 500,
        LIST_BYTES_MAX = 4 * 1024 * 1024, /* of text in one answer */
};

typedef struct Append {
        Bus *bus;
        sd_bus_message *m;
        size_t bytes; /* of text so far */
        bool held;    /* the message is queued for a reason */
} Append;

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

static int append_message(void *userdata, const Message *message)
{
        Append *a = userdata;
        int r;

        a->bytes += message->text_size;
        a->held = message->state == MESSAGE_QUEUED && message->reason != PROBLEM_NONE;
        r = sd_bus_message_open_container(a->m, SD_BUS_TYPE_DICT_ENTRY, "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append(a->m, "s", "message");
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(a->m, SD_BUS_TYPE_VARIANT, "a{sv}");
        if (r < 0)
                return r;
        r = message_bus_append(a->bus, a->m, message);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(a->m);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(a->m);
        return r < 0 ? r : 0;
}

static int append_event(Append *a, const Event *event)
{
        Store *store = account_messenger(a->bus->account)->store;
        int r;

        r = sd_bus_message_open_container(a->m, SD_BUS_TYPE_ARRAY, "{sv}");
        if (r < 0)
                return r;
        r = sd_bus_message_append(a->m, "{sv}{sv}{sv}", "number", "t", event->number, "time", "x",
                                  (int64_t)event->time_ms, "kind", "s", event_kind_name(event->kind));
        if (r < 0)
                return r;
        if (event->conversation) {
                r = sd_bus_message_append(a->m, "{sv}", "conversation", "s", event->conversation);
                if (r < 0)
                        return r;
        }
        if (event->message) {
                r = store_message_get(store, event->message, append_message, a);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_close_container(a->m);
        return r < 0 ? r : 0;
}

/* ---- List ---- */

enum { LIST_FULL = 1 };

static int list_one(void *userdata, const Event *event)
{
        Append *a = userdata;
        int r;

        r = append_event(a, event);
        return r < 0 ? r : a->bytes > LIST_BYTES_MAX ? LIST_FULL : 0;
}

static int method_list(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(message_unrefp) sd_bus_message *reply = NULL;
        uint32_t limit = LIST_LIMIT_DEFAULT;
        const BusOption options[] = {{"limit", SD_BUS_TYPE_UINT32, &limit}, {NULL}};
        Append a = {.bus = userdata};
        Messenger *messenger;
        uint64_t since = 0;
        int r, locked;

        r = sd_bus_message_read(m, "t", &since);
        if (r < 0)
                return r;
        r = bus_read_options(m, options);
        if (r == 0 && (limit < 1 || limit > LIST_LIMIT_MAX))
                r = PROBLEM_INVALID_ARGUMENT;
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(a.bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);

        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        a.m = reply;
        r = sd_bus_message_open_container(reply, SD_BUS_TYPE_ARRAY, "a{sv}");
        if (r < 0)
                return r;
        r = store_event_each(messenger->store, since, limit, list_one, &a);
        if (r < 0)
                return bus_reply_error(m, r);
        r = sd_bus_message_close_container(reply);
        if (r < 0)
                return r;
        return sd_bus_send(NULL, reply, NULL);
}

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("List", "ta{sv}", SD_BUS_PARAM(since) SD_BUS_PARAM(options),
                                         "aa{sv}", SD_BUS_PARAM(events), method_list,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_SIGNAL_WITH_NAMES("Added", "a{sv}", SD_BUS_PARAM(event), 0),
                SD_BUS_VTABLE_END,
};

int events_bus_add(Bus *bus)
{
        return sd_bus_add_object_vtable(bus->bus, NULL, BUS_ROOT, BUS_EVENTS, vtable, bus);
}

/* ---- Added ---- */

static int emit(Bus *bus, const Event *event, bool *held_out)
{
        _cleanup_(message_unrefp) sd_bus_message *signal = NULL;
        Append a = {.bus = bus};
        int r;

        r = sd_bus_message_new_signal(bus->bus, &signal, BUS_ROOT, BUS_EVENTS, "Added");
        if (r < 0)
                return r;
        a.m = signal;
        r = append_event(&a, event);
        if (r < 0)
                return r;
        *held_out = a.held;
        return sd_bus_send(bus->bus, signal, NULL);
}

static int announce_one(void *userdata, const Event *event)
{
        bool held = false;
        Bus *bus = userdata;
        int r;

        if (event->kind == EVENT_CONTACT_ADDED)
                contact_bus_added(bus, event->conversation);
        else if (event->kind == EVENT_GROUP_ADDED)
                groups_bus_added(bus, event->conversation);
        else if (event->conversation)
                bus_mark_contact_changed(bus, event->conversation);
        if (event->kind == EVENT_VERIFICATION_CHANGED && event->conversation)
                verification_bus_announce(bus, event->conversation);
        r = emit(bus, event, &held);
        if (r < 0)
                log_warning("bus", r, "cannot announce an event");
        bus->announced = event->number;
        notifier_take(bus->notifier, event);
        /* One event stands for all that the same reason holds up. */
        if (event->kind == EVENT_KEY_CHANGED || held)
                send_waits_check_all(bus->waits);
        else if (event->message)
                send_waits_check(bus->waits, event->message);
        return 0;
}

void events_bus_announce(Bus *bus)
{
        Messenger *messenger = account_messenger(bus->account);
        uint64_t before;
        int r;

        do {
                before = bus->announced;
                r = store_event_each(messenger->store, bus->announced, LIST_LIMIT_MAX, announce_one, bus);
        } while (r == 0 && bus->announced != before);
        if (r < 0)
                log_error("store", r, "cannot read the new events");
}
