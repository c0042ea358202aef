/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox-envelope.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/log.h"
#include "daemon/outbox.h"
#include "daemon/store-account.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "daemon/store-peer.h"
#include "daemon/store-prekey.h"
#include "e2ee/content.h"

static int find_prekey(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out)
{
        return store_prekey_find(userdata, kind, id, out);
}

/* ---- What could not be read ---- */

static int add_notice(Store *store, int64_t contact, MessageKind kind, uint64_t *number_out)
{
        Message notice = {
                        .kind = kind,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = clock_now_ms(),
                        .received_ms = clock_now_ms(),
        };
        MessageKind newest;
        int r;

        /* One notice stands for all that follow it directly: nobody can flood a history with them. */
        r = store_message_newest_kind(store, contact, &newest);
        if (r < 0 || (r == 0 && newest == kind))
                return r;
        message_id_new(&notice.id);
        r = store_message_insert(store, contact, &notice);
        *number_out = notice.number;
        return r;
}

/* Our new session lets the contact's next messages arrive. Never more often than this, so two who cannot
 * read one another do not keep each other busy. */
static int answer_with_reset(Store *store, Contact *contact)
{
        uint64_t now = clock_now_ms();
        bool has_reset = false;
        int r;

        r = store_outbox_has_reset(store, contact->id, &has_reset);
        if (r < 0 || has_reset)
                return r;
        if (now >= contact->last_reset_ms && now - contact->last_reset_ms < RESET_INTERVAL_MS)
                return 0;
        contact->last_reset_ms = now;
        r = store_contact_update(store, contact);
        if (r < 0)
                return r;
        return outbox_queue_reset(store, contact->id);
}

static const char *reason_name(int reason)
{
        static const char *const names[] = {
                        [PEER_MALFORMED] = "malformed",
                        [PEER_UNSUPPORTED] = "of a newer version",
                        [PEER_UNKNOWN_SESSION] = "of an unknown session",
                        [PEER_UNKNOWN_PREKEY] = "for a prekey that is gone",
                        [PEER_REPEATED] = "repeated",
                        [PEER_FORGED] = "forged",
                        [PEER_TOO_FAR] = "too far ahead",
        };

        return reason > 0 && (size_t)reason < G_N_ELEMENTS(names) && names[reason] ? names[reason]
                                                                                   : "unreadable";
}

/* reason: of peer_decrypt(). contact: NULL for somebody whom nobody here knows. */
static int reject(Store *store, Contact *contact, int reason)
{
        const bool unreadable = reason == PEER_UNKNOWN_SESSION || reason == PEER_UNKNOWN_PREKEY ||
                                reason == PEER_TOO_FAR;
        uint64_t notice = 0;
        int r;

        log_info("inbox", "rejected an envelope: %s", reason_name(reason));
        r = store_account_add_rejected(store, 1);
        if (r < 0 || !contact || reason == PEER_REPEATED)
                return r;
        if (reason == PEER_UNSUPPORTED)
                r = add_notice(store, contact->id, MESSAGE_UNSUPPORTED, &notice);
        else if (unreadable)
                r = add_notice(store, contact->id, MESSAGE_UNREADABLE, &notice);
        if (r < 0)
                return r;
        r = store_event_add(store, EVENT_ENVELOPE_REJECTED, contact->id, notice);
        if (r < 0)
                return r;
        return unreadable ? answer_with_reset(store, contact) : 0;
}

/* ---- What could ---- */

static int take_content(Store *store, Contact *contact, const PeerDecrypted *decrypted)
{
        _cleanup_(content_deinit) Content content = {0};
        Message message = {.state = MESSAGE_RECEIVED, .received_ms = clock_now_ms()};
        int r;

        r = content_decode(decrypted->plaintext, decrypted->size, &content);
        if (r < 0)
                return r;
        if (r != 0)
                return reject(store, contact, PEER_MALFORMED);
        /* What it says is the session that it came in. If we go on in another one, they may not be able to
         * read us. */
        if (content.kind == CONTENT_SESSION_RESET)
                return decrypted->in_current_session ? 0 : answer_with_reset(store, contact);

        message.id = content.message_id;
        message.kind = content.kind == CONTENT_TEXT ? MESSAGE_TEXT : MESSAGE_UNSUPPORTED;
        message.sent_ms = content.sent_ms < INT64_MAX ? content.sent_ms : INT64_MAX;
        message.text = content.kind == CONTENT_TEXT ? content.text : NULL;
        message.text_size = content.text_size;
        r = store_message_insert(store, contact->id, &message);
        if (r == STORE_MESSAGE_REPEATED) /* sent to us again in another envelope */
                return reject(store, contact, PEER_REPEATED);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_MESSAGE_RECEIVED, contact->id, message.number);
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

static int take_decrypted(Store *store, const PeerSelf *self, const Address *sender, const Peer *peer,
                          const PeerDecrypted *decrypted)
{
        Contact contact;
        int r;

        r = contact_ensure(store, sender->name, &contact);
        if (r < 0)
                return r;
        r = store_peer_save(store, contact.id, sender->device_id, peer);
        if (r < 0)
                return r;
        /* Written before they changed their key: who they are now, only a new session can say. */
        if (!decrypted->started_session && !contact_has_shown(&contact, &decrypted->identity))
                return take_content(store, &contact, decrypted);
        r = contact_see_identity(store, self, &contact, &decrypted->identity);
        if (r < 0)
                return r;
        /* A device of theirs that is newer than the one we knew: it is the one to answer to. */
        if (r == 0 && !contact.key_changed && sender->device_id > contact.device_id) {
                contact.device_id = sender->device_id;
                r = store_contact_update(store, &contact);
                if (r < 0)
                        return r;
        }
        return take_content(store, &contact, decrypted);
}

int inbox_take_envelope(Store *store, const PeerSelf *self, const Wire__Envelope *envelope,
                        bool expect_repeat)
{
        _cleanup_(peer_decrypted_deinit) PeerDecrypted decrypted = {0};
        _cleanup_(peer_freep) Peer *peer = NULL;
        const PrekeySource prekeys = {.find = find_prekey, .userdata = store};
        const E2eeContext context = clock_e2ee_context();
        Address sender = {.device_id = envelope->sender_device_id};
        bool known;
        Contact contact;
        int r;

        if (strcmp(envelope->sender, self->address.name) == 0)
                return reject(store, NULL, PEER_FORGED);
        g_strlcpy(sender.name, envelope->sender, sizeof(sender.name));
        r = store_contact_find(store, sender.name, &contact);
        if (r < 0)
                return r;
        known = r == 0;
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
                return r < 0 ? r : reject(store, known ? &contact : NULL, r);
        return take_decrypted(store, self, &sender, peer, &decrypted);
}
