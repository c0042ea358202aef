/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/sealing.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/renewal.h"
#include "daemon/store-attachment.h"
#include "daemon/store-message.h"
#include "daemon/store-peer.h"

typedef struct ReadMessage {
        Store *store;
        Content *content;
} ReadMessage;

static int read_attachment(Store *store, const Message *message, Content *content)
{
        _cleanup_(attachment_deinit) Attachment attachment = {0};
        int r;

        r = store_attachment_get(store, message->number, &attachment);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        content->kind = CONTENT_ATTACHMENT;
        content->attachment = malloc(sizeof(*content->attachment));
        if (!content->attachment)
                return -ENOMEM;
        *content->attachment = attachment.content;
        content->attachment->thumbnail = NULL;
        content->attachment->thumbnail_size = 0;
        r = store_attachment_thumbnail(store, message->number, &content->attachment->thumbnail,
                                       &content->attachment->thumbnail_size);
        return r < 0 ? r : 0;
}

static int read_message(void *userdata, const Message *message)
{
        const bool is_timer_change = message->kind == MESSAGE_TIMER_CHANGE;
        const ReadMessage *read = userdata;
        Content *content = read->content;

        *content = (Content){
                        .kind = is_timer_change ? CONTENT_TIMER_CHANGE : CONTENT_TEXT,
                        .message_id = message->id,
                        .sent_ms = message->sent_ms,
                        .text_size = message->text_size,
                        .has_reply_to = message->has_reply_to,
                        .reply_to = message->reply_to,
                        .expires_after_s = message->timer_s,
        };
        if (is_timer_change)
                return 0;
        if (message->text) {
                content->text = strdup(message->text);
                if (!content->text)
                        return -ENOMEM;
        }
        if (message->kind == MESSAGE_ATTACHMENT)
                return read_attachment(read->store, message, content);
        return content->text ? 0 : -EBADMSG;
}

static int encode(const Content *content, uint8_t **out, size_t *size_out)
{
        int r;

        r = content_encode(content, out, size_out);
        return r > 0 ? SEALING_TOO_LARGE : r;
}

static int encode_message(Store *store, uint64_t number, uint8_t **out, size_t *size_out)
{
        _cleanup_(content_deinit) Content content = {0};
        int r;

        r = store_message_get(store, number, read_message, &(ReadMessage){store, &content});
        if (r != 0)
                return r > 0 ? -EBADMSG : r;
        return encode(&content, out, size_out);
}

static int encode_reset(uint8_t **out, size_t *size_out)
{
        Content content = {.kind = CONTENT_SESSION_RESET, .sent_ms = clock_now_ms()};

        message_id_new(&content.message_id);
        return encode(&content, out, size_out);
}

int seal_read_plaintext(Store *store, const OutboxEntry *entry, uint8_t **out, size_t *size_out)
{
        int r;

        if (entry->message != 0)
                return encode_message(store, entry->message, out, size_out);
        r = store_outbox_content(store, entry->number, out, size_out);
        return r == STORE_OUTBOX_NONE ? encode_reset(out, size_out) : r;
}

/* Whatever session a device may have come to: nothing is sealed for a key that is not the contact's. */
static bool is_for_shown_identity(const Peer *peer, const Contact *contact)
{
        const PublicIdentity *identity = peer_current_identity(peer);

        return identity && contact_shows_identity(contact, identity);
}

int seal_entry(Store *store, const PeerSelf *self, Peer *peer, const Contact *contact,
               const OutboxEntry *entry)
{
        _cleanup_(freep) uint8_t *plaintext = NULL;
        _cleanup_(freep) uint8_t *envelope = NULL;
        const E2eeContext context = clock_e2ee_context();
        size_t plaintext_size = 0, envelope_size = 0;
        EnvelopeId envelope_id;
        int r;

        if (!is_for_shown_identity(peer, contact))
                return SEALING_NO_SESSION;
        r = seal_read_plaintext(store, entry, &plaintext, &plaintext_size);
        if (r != 0)
                return r;
        r = peer_encrypt(peer, self, plaintext, plaintext_size, &context, &envelope, &envelope_size);
        sodium_memzero(plaintext, plaintext_size);
        if (r == PEER_NO_SESSION)
                return SEALING_NO_SESSION;
        if (r != 0)
                return r < 0 ? r : SEALING_TOO_LARGE;
        randombytes_buf(envelope_id.bytes, sizeof(envelope_id.bytes));
        return store_outbox_set_envelope(store, entry->number, contact->device_id, &envelope_id, envelope,
                                         envelope_size);
}

int seal_new_entry(Store *store, const PeerSelf *self, const Contact *contact, int64_t number)
{
        _cleanup_(peer_freep) Peer *peer = NULL;
        OutboxEntry entry;
        int r;

        if (contact->device_id == 0)
                return 0;
        r = store_outbox_first_waiting(store, contact->id, &entry);
        if (r == STORE_OUTBOX_NONE && contact->key_changed)
                return 0;
        if (r != 0)
                return r < 0 ? r : -ENOTRECOVERABLE;
        if (entry.number != number)
                return 0;
        r = store_peer_load(store, contact->id, contact->device_id, &peer);
        if (r < 0)
                return r;
        r = seal_entry(store, self, peer, contact, &entry);
        if (r == SEALING_NO_SESSION)
                return 0;
        if (r != 0)
                return r;
        r = renewal_look(store, contact, peer);
        return r < 0 ? r : store_peer_save(store, contact->id, contact->device_id, peer);
}

int seal_again(Store *store, const PeerSelf *self, const Contact *contact, const OutboxEntry *entry)
{
        _cleanup_(peer_freep) Peer *peer = NULL;
        int r;

        if (contact->is_group) /* sealed when it leaves */
                return store_outbox_unseal(store, contact->id);
        /* For a device that is not theirs any more: the server refuses it, and then all is sealed anew. */
        if (entry->device_id != contact->device_id)
                return 0;
        r = store_peer_load(store, contact->id, contact->device_id, &peer);
        if (r < 0)
                return r;
        r = seal_entry(store, self, peer, contact, entry);
        if (r != 0)
                return r == SEALING_NO_SESSION ? 0 : r;
        return store_peer_save(store, contact->id, contact->device_id, peer);
}

int seal_ephemeral(Store *store, const PeerSelf *self, const Contact *contact, const Content *content,
                   uint8_t **envelope_out, size_t *size_out)
{
        _cleanup_(freep) uint8_t *plaintext = NULL;
        _cleanup_(peer_freep) Peer *peer = NULL;
        const E2eeContext context = clock_e2ee_context();
        size_t size = 0;
        int r;

        r = store_peer_load(store, contact->id, contact->device_id, &peer);
        if (r < 0)
                return r;
        if (!is_for_shown_identity(peer, contact))
                return SEALING_NO_SESSION;
        r = encode(content, &plaintext, &size);
        if (r != 0)
                return r;
        r = peer_encrypt(peer, self, plaintext, size, &context, envelope_out, size_out);
        if (r != 0)
                return r < 0 ? r : r == PEER_NO_SESSION ? SEALING_NO_SESSION : SEALING_TOO_LARGE;
        return store_peer_save(store, contact->id, contact->device_id, peer);
}
