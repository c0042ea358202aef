/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/presence.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/outbox.h"
#include "daemon/pause.h"
#include "daemon/privacy.h"
#include "daemon/store-presence.h"

enum { CONFIRM_MS = 1000 }; /* so long the server may take to name those who are connected */

typedef struct Watched {
        PresenceTicket ticket;
        char name[WIRE_USER_NAME_MAX + 1];
        bool online;
        bool unconfirmed; /* as the server told for the set before */
} Watched;

struct Presence {
        PresenceWith with;
        GArray *shown;        /* PresenceTicket */
        GHashTable *by_name;  /* Watched, which it owns */
        bool is_set;          /* the server knows both, on this connection, */
        bool under_way;       /* or is being told */
        Pause *pause;
        Pause *confirmation;
};

static void on_resumed(void *userdata)
{
        presence_run(userdata);
}

static void set_online(Presence *presence, Watched *watched, bool online)
{
        watched->unconfirmed = false;
        if (watched->online == online)
                return;
        watched->online = online;
        presence->with.changed(presence->with.userdata, watched->name);
}

/* Whom the server has not named for the new set is not connected. */
static void end_confirmation(void *userdata)
{
        Presence *presence = userdata;
        GHashTableIter iterator;
        gpointer watched;

        g_hash_table_iter_init(&iterator, presence->by_name);
        while (g_hash_table_iter_next(&iterator, NULL, &watched)) {
                if (((Watched *)watched)->unconfirmed)
                        set_online(presence, watched, false);
        }
}

Presence *presence_new(const PresenceWith *with)
{
        Presence *presence = calloc(1, sizeof(*presence));

        if (!presence)
                return NULL;
        presence->with = *with;
        presence->shown = g_array_new(FALSE, FALSE, sizeof(PresenceTicket));
        presence->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
        presence->pause = pause_new(on_resumed, presence);
        presence->confirmation = pause_new(end_confirmation, presence);
        return presence->pause && presence->confirmation ? presence : presence_free(presence);
}

Presence *presence_free(Presence *presence)
{
        if (!presence)
                return NULL;
        pause_free(presence->confirmation);
        pause_free(presence->pause);
        g_hash_table_unref(presence->by_name);
        g_array_unref(presence->shown);
        free(presence);
        return NULL;
}

/* ---- Giving tickets ---- */

static bool may_see(const Presence *presence, const PresenceRow *row)
{
        return privacy_allows(presence->with.settings, &row->contact, PRIVACY_PRESENCE);
}

typedef struct Unsettled {
        const Presence *presence;
        GArray *contacts; /* IDs of those who have a ticket and should not, or the other way round */
} Unsettled;

static int find_unsettled(void *userdata, const PresenceRow *row)
{
        const Unsettled *unsettled = userdata;

        if (may_see(unsettled->presence, row) != row->has_shown)
                g_array_append_val(unsettled->contacts, row->contact.id);
        return 0;
}

static int give(const Presence *presence, const Contact *contact, bool allowed)
{
        Content content = {.kind = CONTENT_PRESENCE_TICKET, .sent_ms = clock_now_ms(), .ignorable = true,
                           .has_ticket = allowed};
        PresenceTicket ticket;
        int r;

        randombytes_buf(ticket.bytes, sizeof(ticket.bytes));
        r = store_presence_set_shown(presence->with.store, contact->id, allowed ? &ticket : NULL);
        /* Who is blocked is not told: nor is a key that nobody has accepted. */
        if (r < 0 || !contact_is_accepted(contact) || contact->key_changed)
                return r;
        memcpy(content.ticket, ticket.bytes, sizeof(content.ticket));
        message_id_new(&content.message_id);
        r = outbox_queue_content(presence->with.store, presence->with.self, contact, &content);
        return r > 0 ? -ENOTRECOVERABLE : r;
}

static int settle(Presence *presence)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        g_autoptr(GArray) contacts = g_array_new(FALSE, FALSE, sizeof(int64_t));
        Unsettled unsettled = {presence, contacts};
        Contact contact;
        int r;

        r = store_presence_each(presence->with.store, find_unsettled, &unsettled);
        if (r < 0 || contacts->len == 0)
                return r;
        r = store_begin(presence->with.store, &transaction);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < contacts->len; i++) {
                r = store_contact_get(presence->with.store, g_array_index(contacts, int64_t, i), &contact);
                if (r != 0)
                        return r < 0 ? r : -EBADMSG;
                r = give(presence, &contact,
                         privacy_allows(presence->with.settings, &contact, PRIVACY_PRESENCE));
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}

/* ---- Telling the server ---- */

typedef struct Sets {
        const Presence *presence;
        GArray *shown;
        GHashTable *watched;
        bool fresh; /* something is not as the server knows it */
} Sets;

static void add_shown(Sets *sets, const PresenceRow *row)
{
        const GArray *before = sets->presence->shown;
        unsigned i = sets->shown->len;

        if (i == WIRE_TICKETS_MAX)
                return;
        if (i >= before->len ||
            memcmp(&g_array_index(before, PresenceTicket, i), &row->shown, sizeof(row->shown)) != 0)
                sets->fresh = true;
        g_array_append_val(sets->shown, row->shown);
}

static void add_watched(Sets *sets, const PresenceRow *row)
{
        const Watched *before = g_hash_table_lookup(sets->presence->by_name, row->contact.name);
        Watched *watched;

        if (g_hash_table_size(sets->watched) == WIRE_TICKETS_MAX)
                return;
        watched = g_new0(Watched, 1);
        watched->ticket = row->watched;
        g_strlcpy(watched->name, row->contact.name, sizeof(watched->name));
        watched->online = before && before->online;
        watched->unconfirmed = before && before->unconfirmed;
        if (!before || memcmp(&before->ticket, &row->watched, sizeof(row->watched)) != 0)
                sets->fresh = true;
        g_hash_table_insert(sets->watched, watched->name, watched);
}

static int add_to_sets(void *userdata, const PresenceRow *row)
{
        Sets *sets = userdata;

        if (row->has_shown && may_see(sets->presence, row))
                add_shown(sets, row);
        if (row->has_watched && contact_is_accepted(&row->contact))
                add_watched(sets, row);
        return 0;
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        Presence *presence = userdata;
        GHashTableIter iterator;
        gpointer watched;

        presence->under_way = false;
        if (frame->body_case != WIRE__SERVER_FRAME__BODY_DONE) {
                presence->is_set = false;
                pause_for(presence->pause, PAUSE_TROUBLE_MS);
                return true;
        }
        g_hash_table_iter_init(&iterator, presence->by_name);
        while (g_hash_table_iter_next(&iterator, NULL, &watched))
                ((Watched *)watched)->unconfirmed = ((Watched *)watched)->online;
        pause_for(presence->confirmation, CONFIRM_MS);
        presence_run(presence); /* what has changed since it was sent */
        return true;
}

static int send_sets(Presence *presence)
{
        g_autofree ProtobufCBinaryData *tickets = g_new0(ProtobufCBinaryData, 2 * WIRE_TICKETS_MAX);
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__SetPresence set = WIRE__SET_PRESENCE__INIT;
        GHashTableIter iterator;
        gpointer watched;

        set.shown = tickets;
        set.watched = tickets + WIRE_TICKETS_MAX;
        for (; set.n_shown < presence->shown->len; set.n_shown++) {
                set.shown[set.n_shown].data = g_array_index(presence->shown, PresenceTicket, set.n_shown).bytes;
                set.shown[set.n_shown].len = WIRE_TICKET_SIZE;
        }
        g_hash_table_iter_init(&iterator, presence->by_name);
        while (g_hash_table_iter_next(&iterator, NULL, &watched)) {
                set.watched[set.n_watched].data = ((Watched *)watched)->ticket.bytes;
                set.watched[set.n_watched++].len = WIRE_TICKET_SIZE;
        }
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SET_PRESENCE;
        frame.set_presence = &set;
        presence->is_set = presence->under_way = true;
        return server_link_send(presence->with.link, &frame, on_answer, presence);
}

/* Whom we no longer watch is not online any more. */
static void replace(Presence *presence, Sets *sets)
{
        g_autoptr(GHashTable) before = g_steal_pointer(&presence->by_name);
        GHashTableIter iterator;
        gpointer name, watched;

        g_array_unref(presence->shown);
        presence->shown = g_array_ref(sets->shown);
        presence->by_name = g_hash_table_ref(sets->watched);
        g_hash_table_iter_init(&iterator, before);
        while (g_hash_table_iter_next(&iterator, &name, &watched)) {
                if (((Watched *)watched)->online && !g_hash_table_contains(presence->by_name, name))
                        presence->with.changed(presence->with.userdata, name);
        }
}

static int tell_server(Presence *presence)
{
        g_autoptr(GArray) shown = g_array_new(FALSE, FALSE, sizeof(PresenceTicket));
        g_autoptr(GHashTable) watched = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
        Sets sets = {.presence = presence, .shown = shown, .watched = watched};
        int r;

        r = store_presence_each(presence->with.store, add_to_sets, &sets);
        if (r < 0)
                return r;
        if (presence->is_set && !sets.fresh && shown->len == presence->shown->len &&
            g_hash_table_size(watched) == g_hash_table_size(presence->by_name))
                return 0;
        /* Nothing to say, and nothing said on this connection: the server need not hear of it. */
        if (!presence->is_set && shown->len == 0 && g_hash_table_size(watched) == 0)
                return 0;
        replace(presence, &sets);
        return send_sets(presence);
}

void presence_run(Presence *presence)
{
        int r;

        if (server_link_state(presence->with.link) != LINK_ONLINE || presence->under_way ||
            pause_is_on(presence->pause))
                return;
        r = settle(presence);
        if (r == 0)
                r = tell_server(presence);
        if (r < 0 && r != -ENOTCONN) {
                log_error("presence", r, "cannot say who may see us");
                pause_for(presence->pause, PAUSE_TROUBLE_MS);
        }
}

/* ---- What the server tells ---- */

void presence_link_changed(Presence *presence)
{
        GHashTableIter iterator;
        gpointer watched;

        if (server_link_state(presence->with.link) == LINK_ONLINE) {
                presence_run(presence);
                return;
        }
        presence->is_set = presence->under_way = false;
        g_hash_table_iter_init(&iterator, presence->by_name);
        while (g_hash_table_iter_next(&iterator, NULL, &watched))
                set_online(presence, watched, false);
}

static void take_tickets(Presence *presence, const ProtobufCBinaryData *tickets, size_t count, bool online)
{
        GHashTableIter iterator;
        gpointer watched;

        for (size_t i = 0; i < count; i++) {
                g_hash_table_iter_init(&iterator, presence->by_name);
                while (g_hash_table_iter_next(&iterator, NULL, &watched)) {
                        if (memcmp(((Watched *)watched)->ticket.bytes, tickets[i].data, WIRE_TICKET_SIZE) == 0)
                                set_online(presence, watched, online);
                }
        }
}

void presence_changed(Presence *presence, const Wire__PresenceChanged *changed)
{
        if (presence->under_way) /* about the set before */
                return;
        take_tickets(presence, changed->disconnected, changed->n_disconnected, false);
        take_tickets(presence, changed->connected, changed->n_connected, true);
}

bool presence_is_online(const Presence *presence, const char *contact)
{
        const Watched *watched = g_hash_table_lookup(presence->by_name, contact);

        return watched && watched->online;
}

int presence_take_ticket(const InboxContext *context, const Content *content)
{
        PresenceTicket ticket;

        /* Under a key that nobody has accepted, it may be somebody else's. */
        if (context->unaccepted_key)
                return 0;
        memcpy(ticket.bytes, content->ticket, sizeof(ticket.bytes));
        return store_presence_set_watched(context->store, context->contact->id,
                                          content->has_ticket ? &ticket : NULL);
}
