/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox-envelope.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/group-receive.h"
#include "daemon/inbox-content.h"
#include "daemon/inbox-reject.h"
#include "daemon/relation.h"
#include "daemon/renewal.h"
#include "daemon/store-peer.h"
#include "daemon/store-prekey.h"

static int find_prekey(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out)
{
        return store_prekey_find(userdata, kind, id, out);
}

/* The newest signed prekey goes last: a start with any of them is remembered long enough under its ID. */
static int newest_signed(Store *store, uint32_t *id_out)
{
        bool uploaded = false;
        Prekey newest;
        int r;

        r = store_prekey_newest(store, PREKEY_SIGNED, &newest, &uploaded);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        *id_out = newest.id;
        prekey_wipe(&newest);
        return 0;
}

/* A start counts once: a one-time prekey goes, the other kinds remember. PEER_REPEATED: it came before. */
static int spend_prekey(Store *store, const PeerDecrypted *decrypted)
{
        uint32_t id = decrypted->used_id;
        int r;

        if (!decrypted->started_session)
                return 0;
        if (id == 0) {
                r = newest_signed(store, &id);
                if (r < 0)
                        return r;
        } else if (decrypted->used_kind == PREKEY_ONE_TIME) {
                return store_prekey_delete(store, PREKEY_ONE_TIME, id);
        }
        r = store_last_resort_use(store, id, &decrypted->base_key);
        return r == STORE_LAST_RESORT_REPEATED ? PEER_REPEATED : r;
}

/* Whoever is not to be heard has a session that goes on all the same: nobody can tell the difference from outside. */
static int take_admitted(const InboxContext *context, const PeerDecrypted *decrypted, int admitted)
{
        if (admitted == RELATION_DROP)
                return 0;
        if (admitted == RELATION_REFUSE)
                return inbox_refuse(context->store, "more than a request may have");
        return inbox_take_content(context, decrypted->plaintext, decrypted->size);
}

static int take_decrypted(Store *store, const PeerSelf *self, const Address *sender, const Peer *peer,
                          const PeerDecrypted *decrypted, bool ephemeral, Typing *typing)
{
        Contact contact;
        InboxContext context = {
                        .store = store,
                        .self = self,
                        .contact = &contact,
                        .sender = contact.name,
                        .identity = &decrypted->identity,
                        .in_current_session = decrypted->in_current_session,
                        .ephemeral = ephemeral,
                        .typing = typing,
        };
        int r, admitted;

        r = store_contact_find(store, sender->name, &contact);
        if (r == STORE_CONTACT_NONE)
                r = contact_meet(store, sender->name, &contact);
        if (r < 0)
                return r;
        admitted = relation_admit(store, &contact, decrypted->size, ephemeral);
        if (admitted < 0)
                return admitted;
        r = store_peer_save(store, contact.id, sender->device_id, peer);
        if (r == 0 && sender->device_id == contact.device_id)
                r = renewal_look(store, &contact, peer);
        if (r < 0)
                return r;
        /* Written before they changed their key: who they are now, only a new session can say. */
        if (!decrypted->started_session && !contact_has_shown(&contact, &decrypted->identity))
                return take_admitted(&context, decrypted, admitted);
        r = contact_see_identity(store, self, &contact, &decrypted->identity);
        if (r < 0)
                return r;
        context.unaccepted_key = r == CONTACT_KEY_CHANGED;
        /* While nobody has accepted the new key, the device that shows it is where steps of comparing emoji go. */
        if (r == CONTACT_KEY_CHANGED && decrypted->in_current_session && contact.device_id != sender->device_id) {
                contact.device_id = sender->device_id;
                r = store_contact_update(store, &contact);
                if (r < 0)
                        return r;
        }
        /* A device of theirs that is newer than the one we knew: it is the one to answer to. */
        if (r == 0 && !contact.key_changed && sender->device_id > contact.device_id) {
                contact.device_id = sender->device_id;
                r = store_contact_update(store, &contact);
                if (r < 0)
                        return r;
        }
        return take_admitted(&context, decrypted, admitted);
}

int inbox_take_envelope(Store *store, const PeerSelf *self, const Wire__Envelope *envelope,
                        bool expect_repeat, Typing *typing)
{
        _cleanup_(peer_decrypted_deinit) PeerDecrypted decrypted = {0};
        _cleanup_(peer_freep) Peer *peer = NULL;
        const PrekeySource prekeys = {.find = find_prekey, .userdata = store};
        const E2eeContext context = clock_e2ee_context();
        Address sender = {.device_id = envelope->sender_device_id};
        bool known;
        Contact contact;
        int r;

        if (envelope->group.len > 0)
                return group_take_envelope(store, self, envelope, expect_repeat);
        if (strcmp(envelope->sender, self->address.name) == 0)
                return inbox_reject(store, NULL, PEER_FORGED);
        g_strlcpy(sender.name, envelope->sender, sizeof(sender.name));
        r = store_contact_find(store, sender.name, &contact);
        if (r < 0)
                return r;
        known = r == 0;
        if (!known) {
                r = relation_admit_stranger(store, envelope->sequence == 0);
                if (r != 0)
                        return r < 0 ? r : inbox_refuse(store, "of one stranger too many");
        }
        if (known)
                r = store_peer_load(store, contact.id, sender.device_id, &peer);
        else
                r = (peer = peer_new()) ? 0 : -ENOMEM;
        if (r < 0)
                return r;

        r = peer_decrypt(peer, self, &sender, &prekeys, envelope->payload.data, envelope->payload.len,
                         &context, &decrypted);
        if (r < 0)
                return r;
        if (r == 0)
                r = spend_prekey(store, &decrypted);
        if (r == PEER_REPEATED && expect_repeat)
                return 0;
        if (r != 0)
                return r < 0 ? r : inbox_reject(store, known ? &contact : NULL, r);
        return take_decrypted(store, self, &sender, peer, &decrypted, envelope->sequence == 0, typing);
}
