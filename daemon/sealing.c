/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/sealing.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/store-message.h"

static int read_message(void *userdata, const Message *message)
{
        Content *content = userdata;

        *content = (Content){
                        .kind = CONTENT_TEXT,
                        .message_id = message->id,
                        .sent_ms = message->sent_ms,
                        .text_size = message->text_size,
        };
        content->text = message->text ? strdup(message->text) : NULL;
        return content->text ? 0 : -EBADMSG;
}

static int read_content(Store *store, const OutboxEntry *entry, Content *out)
{
        int r;

        if (entry->message == 0) {
                *out = (Content){.kind = CONTENT_SESSION_RESET, .sent_ms = clock_now_ms()};
                message_id_new(&out->message_id);
                return 0;
        }
        r = store_message_get(store, entry->message, read_message, out);
        return r > 0 ? -EBADMSG : r;
}

int seal_entry(Store *store, const PeerSelf *self, Peer *peer, const Contact *contact,
               const OutboxEntry *entry)
{
        _cleanup_(content_deinit) Content content = {0};
        _cleanup_(freep) uint8_t *plaintext = NULL;
        _cleanup_(freep) uint8_t *envelope = NULL;
        const E2eeContext context = clock_e2ee_context();
        size_t plaintext_size = 0, envelope_size = 0;
        EnvelopeId envelope_id;
        int r;

        if (!peer_can_encrypt(peer))
                return SEALING_NO_SESSION;
        r = read_content(store, entry, &content);
        if (r < 0)
                return r;
        r = content_encode(&content, &plaintext, &plaintext_size);
        if (r != 0)
                return r < 0 ? r : SEALING_TOO_LARGE;
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
