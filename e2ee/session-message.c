/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "e2ee/padding.h"
#include "e2ee/session.h"
#include "e2ee/wipe.h"

/* The associated data of header and body: the session's transcript, and the envelope's prefix. */
typedef struct SessionAd {
        uint8_t bytes[TRANSCRIPT_HASH_SIZE + ENVELOPE_PREFIX_MAX];
        size_t size;
} SessionAd;

static void session_ad(SessionAd *out, const Session *session, const uint8_t *prefix, size_t prefix_size)
{
        ByteWriter writer = byte_writer(out->bytes, sizeof(out->bytes));

        write_bytes(&writer, session->transcript.bytes, sizeof(session->transcript.bytes));
        write_bytes(&writer, prefix, prefix_size);
        out->size = writer.size;
}

int session_encrypt(Session *session, const uint8_t *plaintext, size_t size, const E2eeContext *context,
                    uint8_t **envelope_out, size_t *envelope_size_out)
{
        size_t padded = padded_size(size), prefix_size, envelope_size;
        uint8_t prefix[ENVELOPE_PREFIX_MAX], *envelope, *message;
        SessionAd ad;
        int r;

        if (session->start_prefix_size > 0) {
                prefix_size = session->start_prefix_size;
                memcpy(prefix, session->start_prefix, prefix_size);
        } else {
                prefix_size = envelope_put_message_prefix(&session->id, prefix);
        }
        envelope_size = prefix_size + RATCHET_OVERHEAD + padded;
        envelope = malloc(envelope_size);
        if (!envelope)
                return -ENOMEM;
        memcpy(envelope, prefix, prefix_size);
        message = envelope + prefix_size;
        if (size > 0)
                memcpy(message + RATCHET_BODY_OFFSET, plaintext, size);
        padding_add(message + RATCHET_BODY_OFFSET, size, padded);

        session_ad(&ad, session, prefix, prefix_size);
        r = ratchet_encrypt(&session->ratchet, ad.bytes, ad.size, message, padded, context);
        if (r < 0) {
                wipe_and_free(envelope, envelope_size);
                return r;
        }
        skipped_remove_expired(&session->ratchet.skipped, context->now_ms);
        session->sent++;
        *envelope_out = envelope;
        *envelope_size_out = envelope_size;
        return 0;
}

static int from_ratchet(int r)
{
        switch (r) {
        case RATCHET_FORGED:
                return PEER_FORGED;
        case RATCHET_REPEATED:
                return PEER_REPEATED;
        case RATCHET_TOO_FAR:
                return PEER_TOO_FAR;
        default:
                return r;
        }
}

int session_decrypt(const Session *session, const Envelope *envelope, uint64_t now_ms,
                    uint8_t **plaintext_out, size_t *size_out, RatchetDraft *draft)
{
        size_t padded = envelope->message_size - RATCHET_OVERHEAD;
        uint8_t *plaintext;
        SessionAd ad;
        int r;

        *draft = (RatchetDraft){0};
        plaintext = malloc(padded);
        if (!plaintext)
                return -ENOMEM;
        session_ad(&ad, session, envelope->prefix, envelope->prefix_size);
        r = from_ratchet(ratchet_decrypt(&session->ratchet, ad.bytes, ad.size, envelope->message,
                                         envelope->message_size, now_ms, plaintext, draft));
        if (r == 0 && padding_remove(plaintext, padded, size_out) != 0)
                r = PEER_MALFORMED; /* the peer's doing: it verified */
        if (r != 0) {
                wipe_and_free(plaintext, padded);
                return r;
        }
        *plaintext_out = plaintext;
        return 0;
}

int session_keep(Session *session, RatchetDraft *draft, uint64_t now_ms)
{
        int r = ratchet_keep(&session->ratchet, draft, now_ms);

        if (r < 0)
                return r;
        session->received++;
        session->acknowledged = true;
        session->start_prefix_size = 0;
        return 0;
}
