/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/renewal.h"

#include <glib.h>
#include <sodium.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/message.h"
#include "daemon/problem.h"
#include "daemon/store-event.h"
#include "daemon/store-outbox.h"
#include "daemon/store-renewal.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

RenewalDue renewal_due(const PeerSessionInfo *info)
{
        RenewalDue due = {RENEWAL_MESSAGES, info->started_ms + RENEWAL_DAYS * DAY_MS};

        if (!info->started_here) {
                due.messages += RENEWAL_PATIENCE_MESSAGES;
                due.time_ms += RENEWAL_PATIENCE_DAYS * DAY_MS;
        }
        return due;
}

bool renewal_is_due(const PeerSessionInfo *info, uint64_t now_ms)
{
        const RenewalDue due = renewal_due(info);

        return info->sent + info->received >= due.messages || now_ms >= due.time_ms;
}

int renewal_look(Store *store, const Contact *contact, const Peer *peer)
{
        PeerSessionInfo info;

        if (!contact_is_accepted(contact) || !peer_session_info(peer, &info) ||
            !renewal_is_due(&info, clock_now_ms()))
                return 0;
        return store_renewal_set(store, contact->id, true);
}

static int say(Store *store, const Contact *contact)
{
        Content content = {.kind = CONTENT_SESSION_RESET, .renewal = true, .sent_ms = clock_now_ms()};
        _cleanup_(freep) uint8_t *encoded = NULL;
        int64_t number = 0;
        size_t size = 0;
        int r;

        message_id_new(&content.message_id);
        r = content_encode(&content, &encoded, &size);
        return r < 0 ? r : store_outbox_add_content(store, contact->id, encoded, size, &number);
}

int renewal_started(Store *store, const Contact *contact)
{
        bool wanted = false;
        int r;

        r = store_renewal_get(store, contact->id, &wanted);
        if (r < 0 || !wanted)
                return r;
        log_info("renewal", "contact %" G_GINT64_FORMAT " has a new session", contact->id);
        r = store_renewal_set(store, contact->id, false);
        if (r < 0 || !contact_is_accepted(contact))
                return r;
        r = say(store, contact);
        return r < 0 ? r : store_event_add(store, EVENT_SESSION_RENEWED, contact->id, 0);
}

int renewal_ask(Store *store, const char *name)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Contact contact;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, name, &contact);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (contact.blocked)
                return PROBLEM_BLOCKED;
        if (!contact_is_accepted(&contact))
                return PROBLEM_INVALID_ARGUMENT;
        if (contact.key_changed)
                return PROBLEM_KEY_CHANGED;
        r = store_renewal_set(store, contact.id, true);
        return r < 0 ? r : store_commit(&transaction);
}
