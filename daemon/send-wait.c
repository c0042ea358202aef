/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/send-wait.h"

#include <glib.h>

#include "daemon/bus-error.h"
#include "daemon/bus.h"
#include "daemon/log.h"
#include "daemon/store-message.h"

typedef struct Wait {
        SendWaits *waits;
        BusCall *call;
        uint64_t message;
        guint timer;
} Wait;

struct SendWaits {
        Bus *bus;
        GQueue list; /* Wait */
};

SendWaits *send_waits_new(Bus *bus)
{
        SendWaits *waits = g_new0(SendWaits, 1);

        waits->bus = bus;
        g_queue_init(&waits->list);
        return waits;
}

static void wait_free(Wait *wait)
{
        g_queue_remove(&wait->waits->list, wait);
        if (wait->timer)
                g_source_remove(wait->timer);
        bus_call_free(wait->call);
        g_free(wait);
}

SendWaits *send_waits_free(SendWaits *waits)
{
        if (!waits)
                return NULL;
        while (!g_queue_is_empty(&waits->list))
                wait_free(g_queue_peek_head(&waits->list));
        g_free(waits);
        return NULL;
}

int send_reply(Bus *bus, sd_bus_message *call, const Message *message)
{
        Problem reason = message->reason ? message->reason : PROBLEM_FAILED;
        char id[MESSAGE_ID_TEXT_SIZE];
        g_autofree char *text = NULL;
        MessageState state = message->state;

        if (message->state == MESSAGE_FAILED) {
                text = problem_sentence_when(reason, message->retry_at_ms);
                return bus_reply_error_text(call, reason, text);
        }
        if (message->state == MESSAGE_DELIVERED || message->state == MESSAGE_READ)
                state = MESSAGE_SENT; /* a receipt was faster */
        message_id_format(&message->id, id);
        return sd_bus_reply_method_return(call, "sss", id, message_state_name(state),
                                          problem_name(message_bus_reason(bus, message)));
}

typedef struct Look {
        Wait *wait;
        bool last; /* answer in any case */
        bool answered;
} Look;

static int look(void *userdata, const Message *message)
{
        Look *l = userdata;
        Bus *bus = l->wait->waits->bus;
        Messenger *messenger = account_messenger(bus->account);
        int r;

        if (!l->last && message->state == MESSAGE_QUEUED && message->reason == PROBLEM_NONE &&
            server_link_state(messenger->link) != LINK_OFFLINE)
                return 0;
        r = send_reply(bus, bus_call_message(l->wait->call), message);
        if (r < 0)
                log_warning("bus", r, "cannot answer a call");
        l->answered = true;
        return 0;
}

/* Returns whether the wait has ended. */
static bool settle(Wait *wait, bool last)
{
        Look l = {.wait = wait, .last = last};
        Messenger *messenger = account_messenger(wait->waits->bus->account);
        int r;

        r = store_message_get(messenger->store, wait->message, look, &l);
        if (r == 0 && !l.answered)
                return false;
        if (r != 0)
                bus_reply_error(bus_call_message(wait->call), r < 0 ? r : PROBLEM_NOT_FOUND);
        wait_free(wait);
        return true;
}

static gboolean on_timeout(gpointer userdata)
{
        Wait *wait = userdata;

        wait->timer = 0;
        settle(wait, true);
        return G_SOURCE_REMOVE;
}

static void on_gone(void *userdata)
{
        wait_free(userdata);
}

void send_waits_add(SendWaits *waits, BusCall *call, uint64_t message)
{
        Wait *wait = g_new0(Wait, 1);

        wait->waits = waits;
        wait->call = call;
        wait->message = message;
        g_queue_push_tail(&waits->list, wait);
        bus_call_set_gone(call, on_gone, wait);
        wait->timer = g_timeout_add_seconds(SEND_WAIT_SECONDS, on_timeout, wait);
        settle(wait, false);
}

void send_waits_check(SendWaits *waits, uint64_t message)
{
        for (GList *l = waits->list.head, *next; l; l = next) {
                Wait *wait = l->data;

                next = l->next;
                if (wait->message == message)
                        settle(wait, false);
        }
}

void send_waits_check_all(SendWaits *waits)
{
        for (GList *l = waits->list.head, *next; l; l = next) {
                next = l->next;
                settle(l->data, false);
        }
}

void send_waits_end_all(SendWaits *waits)
{
        while (!g_queue_is_empty(&waits->list))
                settle(g_queue_peek_head(&waits->list), true);
}
