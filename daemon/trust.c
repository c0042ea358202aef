/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/trust.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"

static int record(Store *store, const Contact *contact, MessageKind kind, EventKind event)
{
        const uint64_t now = clock_now_ms();
        Message notice = {.kind = kind, .state = MESSAGE_RECEIVED, .sent_ms = now, .received_ms = now};
        int r;

        message_id_new(&notice.id);
        r = store_message_insert(store, contact->id, &notice);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        return store_event_add(store, event, contact->id, notice.number);
}

/* The one setter. */
static int set_trust(Store *store, const Contact *contact, VerifiedHow how)
{
        const ContactTrust trust = {.how = how, .verified_ms = how == VERIFIED_NOT ? 0 : clock_now_ms()};

        log_info("trust", "contact %" G_GINT64_FORMAT " is %s%s", contact->id,
                 how == VERIFIED_NOT ? "not verified any more" : "verified by ", verified_how_name(how));
        return store_trust_set(store, contact->id, &trust);
}

int trust_verify(Store *store, Contact *contact, VerifiedHow how)
{
        int r;

        if (contact->key_changed) {
                r = contact_accept_shown(store, contact);
                if (r < 0)
                        return r;
        }
        r = set_trust(store, contact, how);
        return r < 0 ? r : record(store, contact, MESSAGE_VERIFIED, EVENT_VERIFIED);
}

int trust_mismatch(Store *store, const Contact *contact)
{
        int r;

        r = set_trust(store, contact, VERIFIED_NOT);
        return r < 0 ? r : record(store, contact, MESSAGE_MISMATCH, EVENT_UNVERIFIED);
}

int trust_withdraw(Store *store, const Contact *contact)
{
        ContactTrust trust;
        int r;

        r = store_trust_get(store, contact->id, &trust);
        if (r < 0 || trust.how == VERIFIED_NOT)
                return r;
        r = set_trust(store, contact, VERIFIED_NOT);
        return r < 0 ? r : record(store, contact, MESSAGE_UNVERIFIED, EVENT_UNVERIFIED);
}

int trust_mark(Store *store, const char *name, const SigningPublicKey *key)
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
        if (!contact_shows_key(&contact, key))
                return PROBLEM_KEY_CHANGED;
        r = trust_verify(store, &contact, VERIFIED_BY_NUMBER);
        return r < 0 ? r : store_commit(&transaction);
}

int trust_unmark(Store *store, const char *name)
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
        r = trust_withdraw(store, &contact);
        return r < 0 ? r : store_commit(&transaction);
}
