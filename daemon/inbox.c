/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox.h"

#include <glib.h>

#include "daemon/cleanup.h"
#include "daemon/inbox-envelope.h"
#include "daemon/log.h"
#include "daemon/pause.h"
#include "daemon/receipts.h"
#include "wire/frame.h"

/*
 * While frames come faster than this, they wait for the next transaction; but not beyond so many envelopes,
 * which is also what one transaction takes.
 */
enum {
        GATHER_MAX = 4 * WIRE_BATCH_MAX,
        GATHER_PRIORITY = G_PRIORITY_DEFAULT + 10,
        TROUBLE_MS = 5000, /* between two attempts to store what came */
};

struct Inbox {
        Store *store;
        const PeerSelf *self;
        const Settings *settings;
        ServerLink *link;
        Typing *typing;
        void (*received)(void *userdata);
        void *userdata;
        GQueue frames; /* Wire__ServerFrame */
        size_t gathered;
        guint source;
        Pause *trouble; /* what came cannot be stored: it is kept, and tried again */
};

static void on_trouble_over(void *userdata);

Inbox *inbox_new(Store *store, const PeerSelf *self, const Settings *settings, ServerLink *link,
                 Typing *typing, void (*received)(void *userdata), void *userdata)
{
        Inbox *inbox = calloc(1, sizeof(*inbox));

        if (!inbox)
                return NULL;
        inbox->store = store;
        inbox->self = self;
        inbox->settings = settings;
        inbox->link = link;
        inbox->typing = typing;
        inbox->received = received;
        inbox->userdata = userdata;
        g_queue_init(&inbox->frames);
        inbox->trouble = pause_new(on_trouble_over, inbox);
        return inbox->trouble ? inbox : inbox_free(inbox);
}

static void forget(Inbox *inbox)
{
        if (inbox->source)
                g_source_remove(inbox->source);
        inbox->source = 0;
        inbox->gathered = 0;
        g_queue_clear_full(&inbox->frames, (GDestroyNotify)frame_free_server);
}

Inbox *inbox_free(Inbox *inbox)
{
        if (!inbox)
                return NULL;
        forget(inbox);
        pause_free(inbox->trouble);
        free(inbox);
        return NULL;
}

static void acknowledge(Inbox *inbox, uint64_t sequence)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Ack ack = WIRE__ACK__INIT;

        ack.sequence = sequence;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_ACK;
        frame.ack = &ack;
        server_link_send(inbox->link, &frame, NULL, NULL); /* if the link is gone, they come again */
}

static int take_in(Inbox *inbox, uint64_t *sequence_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        uint64_t sequence = 0;
        int r;

        r = store_begin(inbox->store, &transaction);
        if (r < 0)
                return r;
        r = store_account_sequence(inbox->store, &sequence);
        if (r < 0)
                return r;
        for (const GList *l = inbox->frames.head; l; l = l->next) {
                const Wire__Deliver *deliver = ((const Wire__ServerFrame *)l->data)->deliver;

                for (size_t i = 0; i < deliver->n_envelopes; i++) {
                        const Wire__Envelope *envelope = deliver->envelopes[i];

                        /* Numbers are the server's word: they tell what to expect, never what to throw away.
                         */
                        r = inbox_take_envelope(inbox->store, inbox->self, envelope,
                                                envelope->sequence <= sequence, inbox->typing);
                        if (r < 0)
                                return r;
                        if (envelope->sequence != 0) /* an ephemeral one is in no order */
                                sequence = envelope->sequence;
                }
        }
        r = store_account_set_sequence(inbox->store, sequence);
        if (r < 0)
                return r;
        r = receipts_queue(inbox->store, inbox->self, inbox->settings); /* one for all that came of a contact */
        if (r < 0)
                return r;
        *sequence_out = sequence;
        return store_commit(&transaction);
}

static void process(Inbox *inbox)
{
        uint64_t sequence = 0;
        int r;

        r = take_in(inbox, &sequence);
        if (r < 0) {
                /* Nothing is lost: it is kept here, and the server keeps what was not acknowledged. */
                log_error("inbox", r, "cannot store what came");
                if (inbox->gathered < GATHER_MAX)
                        pause_for(inbox->trouble, TROUBLE_MS);
                else
                        server_link_fail(inbox->link, problem_from_result(r)); /* it comes again */
                return;
        }
        forget(inbox);
        acknowledge(inbox, sequence);
        inbox->received(inbox->userdata);
}

static void on_trouble_over(void *userdata)
{
        Inbox *inbox = userdata;

        if (inbox->gathered > 0)
                process(inbox);
}

static gboolean on_gathered(gpointer userdata)
{
        Inbox *inbox = userdata;

        inbox->source = 0;
        if (!pause_is_on(inbox->trouble))
                process(inbox);
        return G_SOURCE_REMOVE;
}

void inbox_deliver(Inbox *inbox, Wire__ServerFrame **frame)
{
        inbox->gathered += (*frame)->deliver->n_envelopes;
        g_queue_push_tail(&inbox->frames, g_steal_pointer(frame));
        if (inbox->gathered >= GATHER_MAX)
                process(inbox);
        else if (!inbox->source)
                inbox->source = g_idle_add_full(GATHER_PRIORITY, on_gathered, inbox, NULL);
}

void inbox_link_changed(Inbox *inbox)
{
        if (server_link_state(inbox->link) != LINK_ONLINE)
                forget(inbox);
}
