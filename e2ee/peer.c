/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/peer.h"

#include <errno.h>

#include "e2ee/peer-sessions.h"
#include "e2ee/wipe.h"

bool peer_can_encrypt(const Peer *peer)
{
        return peer->has_current;
}

const PublicIdentity *peer_current_identity(const Peer *peer)
{
        return peer->has_current ? &peer->sessions[0]->remote_identity : NULL;
}

void peer_archive_current(Peer *peer)
{
        peer->has_current = false;
}

static uint64_t next_generation(const Peer *peer, uint64_t now_ms)
{
        uint64_t generation = now_ms;

        for (unsigned i = 0; i < peer->count; i++) {
                uint64_t seen = peer->sessions[i]->generation;

                if (generation <= seen)
                        generation = seen == UINT64_MAX ? seen : seen + 1;
        }
        return generation;
}

int peer_start(Peer *peer, const PeerSelf *self, const PrekeyBundle *bundle, const E2eeContext *context)
{
        Session *session;
        int r;

        r = session_start(self, bundle, next_generation(peer, context->now_ms), context, &session);
        if (r != 0)
                return r;
        peer_insert(peer, session, 0);
        peer_forget_old(peer, context->now_ms);
        peer->has_current = true;
        return 0;
}

int peer_encrypt(Peer *peer, const PeerSelf *self, const uint8_t *plaintext, size_t size,
                 const E2eeContext *context, uint8_t **envelope_out, size_t *envelope_size_out)
{
        if (!peer->has_current)
                return PEER_NO_SESSION;
        if (size > PEER_PLAINTEXT_MAX)
                return PEER_TOO_LARGE;
        return session_encrypt(peer->sessions[0], plaintext, size, context, envelope_out, envelope_size_out);
}

static bool address_equals(const Address *a, const Address *b)
{
        return a->device_id == b->device_id && strcmp(a->name, b->name) == 0;
}

static void fill_decrypted(const Session *session, uint8_t *plaintext, size_t size, PeerDecrypted *out)
{
        *out = (PeerDecrypted){
                .plaintext = plaintext,
                .size = size,
                .identity = session->remote_identity,
                .base_key = session->base_key,
                .used_kind = PREKEY_SIGNED,
        };
}

static int decrypt_in(Peer *peer, unsigned index, const Address *sender, const Envelope *envelope,
                      uint64_t now_ms, PeerDecrypted *out)
{
        __attribute__((cleanup(ratchet_draft_deinit))) RatchetDraft draft = {0};
        Session *session = peer->sessions[index];
        uint8_t *plaintext;
        size_t size;
        int r;

        if (!address_equals(&session->remote, sender))
                return PEER_FORGED;
        r = session_decrypt(session, envelope, now_ms, &plaintext, &size, &draft);
        if (r != 0)
                return r;
        r = session_keep(session, &draft, now_ms);
        if (r < 0) {
                wipe_and_free(plaintext, size);
                return r;
        }
        peer_limit_skipped(peer);
        fill_decrypted(session, plaintext, size, out);
        out->in_current_session = index == 0 && peer->has_current;
        return 0;
}

/* Where a session that the peer has started belongs: before the newest so far, or behind it. */
static unsigned place_of(const Peer *peer, const Session *session, uint64_t now_ms)
{
        return peer->count == 0 || session_outranks(session, peer->sessions[0], now_ms) ? 0 : 1;
}

static int decrypt_first(Peer *peer, const PeerSelf *self, const Address *sender,
                         const PrekeySource *prekeys, const Envelope *envelope, const E2eeContext *context,
                         PeerDecrypted *out)
{
        __attribute__((cleanup(ratchet_draft_deinit))) RatchetDraft draft = {0};
        __attribute__((cleanup(session_freep))) Session *session = NULL;
        SessionUse use;
        uint8_t *plaintext;
        unsigned place;
        size_t size;
        int r;

        r = session_accept(self, sender, &envelope->start, prekeys, context, &session, &use);
        if (r != 0)
                return r;
        r = session_decrypt(session, envelope, context->now_ms, &plaintext, &size, &draft);
        if (r != 0)
                return r;
        r = session_keep(session, &draft, context->now_ms);
        if (r < 0) {
                wipe_and_free(plaintext, size);
                return r;
        }

        fill_decrypted(session, plaintext, size, out);
        out->started_session = true;
        out->used_kind = use.kind;
        out->used_id = use.id;
        place = place_of(peer, session, context->now_ms);
        peer_insert(peer, session, place);
        peer_forget_old(peer, context->now_ms);
        session = NULL;
        if (place == 0)
                peer->has_current = true;
        out->in_current_session = place == 0;
        peer_limit_skipped(peer);
        return 0;
}

int peer_decrypt(Peer *peer, const PeerSelf *self, const Address *sender, const PrekeySource *prekeys,
                 const uint8_t *envelope_data, size_t size, const E2eeContext *context, PeerDecrypted *out)
{
        Envelope envelope;
        int index;

        *out = (PeerDecrypted){0};
        switch (envelope_decode(envelope_data, size, &envelope)) {
        case 0:
                break;
        case ENVELOPE_UNSUPPORTED:
                return PEER_UNSUPPORTED;
        default:
                return PEER_MALFORMED;
        }

        if (envelope.kind == ENVELOPE_START)
                index = peer_find_by_base_key(peer, &envelope.start.base_key);
        else
                index = peer_find_by_id(peer, &envelope.session);
        if (index >= 0)
                return decrypt_in(peer, (unsigned)index, sender, &envelope, context->now_ms, out);
        if (envelope.kind == ENVELOPE_START)
                return decrypt_first(peer, self, sender, prekeys, &envelope, context, out);
        return PEER_UNKNOWN_SESSION;
}

void peer_decrypted_deinit(PeerDecrypted *decrypted)
{
        wipe_and_free(decrypted->plaintext, decrypted->size);
        *decrypted = (PeerDecrypted){0};
}

bool peer_session_info(const Peer *peer, PeerSessionInfo *out)
{
        const Session *session;

        *out = (PeerSessionInfo){0};
        if (!peer->has_current) {
                out->archived = peer->count;
                return false;
        }
        session = peer->sessions[0];
        *out = (PeerSessionInfo){
                .suite = session->suite,
                .started_ms = session->created_ms,
                .last_step_ms = session->ratchet.state.last_step_ms,
                .sent = session->sent,
                .received = session->received,
                .started_here = session->started_here,
                .acknowledged = session->acknowledged,
                .archived = peer->count - 1,
        };
        return true;
}
