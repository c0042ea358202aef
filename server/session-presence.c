/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/session-private.h"
#include "wire/frame.h"

/*
 * SetPresence and PresenceChanged. For each ticket that is watched there are the state as it is and the state that the
 * client was told; what differs goes out when the connection takes it. So however often somebody comes and goes, it takes
 * no more memory than the tickets do.
 */
typedef struct WatchedTicket {
        uint8_t ticket[WIRE_TICKET_SIZE];
        bool connected, told;
} WatchedTicket;

struct SessionPresence {
        uint64_t version;
        size_t untold;
        size_t count;
        WatchedTicket watched[];
};

void session_presence_deinit(Session *session)
{
        metrics_add(session->host->metrics, METRIC_PRESENCE_REMOVED,
                    presence_member_tickets(session->presence_member));
        presence_leave(session->host->server->presence, &session->presence_member, session->host->now_us);
        free(session->presence);
        session->presence = NULL;
}

static SessionPresence *presence_new_state(const Wire__SetPresence *set, uint64_t version)
{
        SessionPresence *state = calloc(1, sizeof(SessionPresence) + set->n_watched * sizeof(WatchedTicket));

        if (!state)
                return NULL;
        state->version = version;
        state->count = set->n_watched;
        for (size_t i = 0; i < state->count; i++)
                memcpy(state->watched[i].ticket, set->watched[i].data, WIRE_TICKET_SIZE);
        return state;
}

static void update(SessionPresence *state, size_t i, bool connected)
{
        WatchedTicket *ticket = &state->watched[i];

        if (ticket->connected == connected)
                return;
        ticket->connected = connected;
        if (ticket->connected != ticket->told)
                state->untold++;
        else
                state->untold--;
}

static int set_presence(Session *session, const Wire__SetPresence *set)
{
        SessionHost *host = session->host;
        PresencePlace place = {.endpoint = host->endpoint,
                               .mailbox = session->mailbox,
                               .ticket = session->ticket,
                               .version = session->presence ? session->presence->version + 1 : 1};
        size_t before = presence_member_tickets(session->presence_member);
        SessionPresence *state = presence_new_state(set, place.version);
        bool connected[WIRE_TICKETS_MAX];
        int r;

        r = state ? presence_set(host->server->presence, &place, set, connected, &session->presence_member)
                  : -ENOMEM;
        if (r < 0) {
                free(state);
                return r;
        }
        for (size_t i = 0; i < state->count; i++)
                update(state, i, connected[i]);
        free(session->presence);
        session->presence = state;
        metrics_add(host->metrics, METRIC_PRESENCE_REMOVED, before);
        metrics_add(host->metrics, METRIC_PRESENCE_ADDED, set->n_shown + set->n_watched);
        return 0;
}

void session_set_presence(Session *session, uint64_t request, const Wire__SetPresence *set)
{
        int r;

        if (session_is_limited(session, &session->host->server->limiters.presence, session->name_key, request))
                return;
        r = set_presence(session, set);
        if (r < 0)
                session_reply_failure(session, request, r);
        else
                session_reply_done(session, request);
}

void session_presence_changed(Session *session, uint64_t version, uint32_t watched, bool connected)
{
        SessionPresence *state = session->presence;

        /* An older set was watched when it was sent: what holds for this one came with its answer. */
        if (!state || state->version != version || watched >= state->count)
                return;
        update(state, watched, connected);
        if (state->untold > 0)
                session->host->want_write(session->connection);
}

bool session_presence_is_untold(const Session *session)
{
        return session->presence && session->presence->untold > 0;
}

size_t session_encode_presence(Session *session, uint8_t *buffer)
{
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        Wire__PresenceChanged changed = WIRE__PRESENCE_CHANGED__INIT;
        ProtobufCBinaryData connected[WIRE_TICKETS_MAX], disconnected[WIRE_TICKETS_MAX];
        SessionPresence *state = session->presence;
        size_t size;

        changed.connected = connected;
        changed.disconnected = disconnected;
        for (size_t i = 0; i < state->count && state->untold > 0; i++) {
                WatchedTicket *ticket = &state->watched[i];
                ProtobufCBinaryData wire = {sizeof(ticket->ticket), ticket->ticket};

                if (ticket->connected == ticket->told)
                        continue;
                if (ticket->connected)
                        connected[changed.n_connected++] = wire;
                else
                        disconnected[changed.n_disconnected++] = wire;
                ticket->told = ticket->connected;
                state->untold--;
        }
        frame.body_case = WIRE__SERVER_FRAME__BODY_PRESENCE_CHANGED;
        frame.presence_changed = &changed;
        size = (size_t)frame_size_server(&frame);
        frame_encode_server(&frame, buffer);
        metrics_kind(session->host->metrics->frames_out, frame.body_case);
        return size;
}
