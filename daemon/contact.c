/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/contact.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "daemon/trust.h"
#include "daemon/verification.h"

static int add(Store *store, const char *name, ContactRelation relation, Contact *out)
{
        int r;

        *out = (Contact){.created_ms = clock_now_ms(), .relation = relation};
        out->relation_since_ms = out->created_ms;
        g_strlcpy(out->name, name, sizeof(out->name));
        r = store_contact_insert(store, out);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_CONTACT_ADDED, out->id, 0);
}

int contact_ensure(Store *store, const char *name, Contact *out)
{
        int r;

        r = store_contact_find(store, name, out);
        return r == STORE_CONTACT_NONE ? add(store, name, CONTACT_ACCEPTED, out) : r;
}

bool contact_is_self(const PeerSelf *self, const Contact *contact)
{
        return strcmp(self->address.name, contact->name) == 0;
}

int contact_meet(Store *store, const char *name, Contact *out)
{
        int r;

        r = add(store, name, CONTACT_REQUEST, out);
        return r < 0 ? r : store_event_add(store, EVENT_CONTACT_REQUEST, out->id, 0);
}

static bool same_identity(const PublicIdentity *a, const PublicIdentity *b)
{
        return sodium_memcmp(a->signing_key.bytes, b->signing_key.bytes, sizeof(a->signing_key.bytes)) ==
                               0 &&
               sodium_memcmp(a->dh_key.bytes, b->dh_key.bytes, sizeof(a->dh_key.bytes)) == 0;
}

bool contact_has_shown(const Contact *contact, const PublicIdentity *identity)
{
        return (contact->has_identity && same_identity(&contact->identity, identity)) ||
               (contact->key_changed && same_identity(&contact->new_identity, identity));
}

bool contact_shows_identity(const Contact *contact, const PublicIdentity *identity)
{
        const PublicIdentity *shown = contact_shown_identity(contact);

        return shown && same_identity(shown, identity);
}

bool contact_shows_key(const Contact *contact, const SigningPublicKey *key)
{
        const PublicIdentity *shown = contact_shown_identity(contact);

        return shown && sodium_memcmp(shown->signing_key.bytes, key->bytes, sizeof(key->bytes)) == 0;
}

int contact_note_key_change(Store *store, const Contact *contact)
{
        Message notice = {
                        .kind = MESSAGE_KEY_CHANGE,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = clock_now_ms(),
                        .received_ms = clock_now_ms(),
        };
        int r;

        message_id_new(&notice.id);
        r = store_message_insert(store, contact->id, &notice);
        if (r != 0)
                return r;
        return store_event_add(store, EVENT_KEY_CHANGED, contact->id, notice.number);
}

static int stop_sending(Store *store, const Contact *contact)
{
        int r;

        r = store_outbox_unseal(store, contact->id);
        if (r < 0)
                return r;
        return store_message_set_queued_reason(store, contact->id, PROBLEM_KEY_CHANGED, 0);
}

int contact_see_identity(Store *store, const PeerSelf *self, Contact *contact,
                         const PublicIdentity *identity)
{
        int r;

        if (contact->has_identity && same_identity(&contact->identity, identity))
                return 0;
        if (contact->key_changed && same_identity(&contact->new_identity, identity))
                return CONTACT_KEY_CHANGED;

        safety_number(self->address.name, &self->identity->public_identity, contact->name, identity,
                      contact->safety_number);
        if (!contact->has_identity) {
                contact->has_identity = true;
                contact->identity = *identity;
                return store_contact_update(store, contact);
        }

        log_info("inbox", "contact %" G_GINT64_FORMAT " has another identity key", contact->id);
        contact->key_changed = true;
        contact->new_identity = *identity;
        contact->device_id = 0;
        r = store_contact_update(store, contact);
        if (r < 0)
                return r;
        if (contact_is_accepted(contact)) {
                r = contact_note_key_change(store, contact);
                if (r < 0)
                        return r;
        }
        r = stop_sending(store, contact);
        if (r < 0)
                return r;
        /* Whatever was verified or was being compared was about the old key. */
        r = trust_withdraw(store, contact);
        if (r < 0)
                return r;
        r = verification_key_changed(store, contact);
        return r < 0 ? r : CONTACT_KEY_CHANGED;
}

int contact_accept_shown(Store *store, Contact *contact)
{
        int r;

        /* Which device has the key, and a session that is bound to it, the server must say anew. */
        contact->identity = contact->new_identity;
        contact->key_changed = false;
        contact->device_id = 0;
        r = store_contact_update(store, contact);
        if (r < 0)
                return r;
        r = store_message_set_queued_reason(store, contact->id, PROBLEM_NONE, 0);
        return r < 0 ? r : store_event_add(store, EVENT_KEY_ACCEPTED, contact->id, 0);
}

int contact_accept_key(Store *store, const char *name, const SigningPublicKey *key)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Contact contact;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, name, &contact);
        if (r != 0)
                return r < 0 ? r : CONTACT_OTHER_KEY;
        if (!contact_shows_key(&contact, key))
                return CONTACT_OTHER_KEY;
        if (!contact.key_changed)
                return 0;
        r = contact_accept_shown(store, &contact);
        return r < 0 ? r : store_commit(&transaction);
}
