/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/peer-sessions.h"

#include <stdlib.h>

Peer *peer_new(void)
{
        return calloc(1, sizeof(Peer));
}

Peer *peer_free(Peer *peer)
{
        if (!peer)
                return NULL;
        for (unsigned i = 0; i < peer->count; i++)
                session_free(peer->sessions[i]);
        free(peer);
        return NULL;
}

void peer_freep(Peer **peer)
{
        peer_free(*peer);
}

int peer_find_by_id(const Peer *peer, const SessionId *id)
{
        for (unsigned i = 0; i < peer->count; i++) {
                if (memcmp(peer->sessions[i]->id.bytes, id->bytes, sizeof(id->bytes)) == 0)
                        return (int)i;
        }
        return -1;
}

int peer_find_by_base_key(const Peer *peer, const DhPublicKey *base_key)
{
        for (unsigned i = 0; i < peer->count; i++) {
                const Session *session = peer->sessions[i];

                if (!session->started_here &&
                    memcmp(session->base_key.bytes, base_key->bytes, sizeof(base_key->bytes)) == 0)
                        return (int)i;
        }
        return -1;
}

void peer_insert(Peer *peer, Session *session, unsigned index)
{
        if (peer->count == PEER_SESSIONS_MAX)
                session_free(peer->sessions[--peer->count]);
        memmove(&peer->sessions[index + 1], &peer->sessions[index],
                (peer->count - index) * sizeof(peer->sessions[0]));
        peer->sessions[index] = session;
        peer->count++;
}

void peer_forget_old(Peer *peer, uint64_t now_ms)
{
        const uint64_t age_ms = UINT64_C(24) * 60 * 60 * 1000 * PEER_ARCHIVED_DAYS;

        while (peer->count > 1 && now_ms >= age_ms) {
                const Session *next = peer->sessions[peer->count - 2], *last = peer->sessions[peer->count - 1];

                /* A new one that was outranked at once is behind an older one. */
                if (next->created_ms > now_ms - age_ms || last->created_ms > now_ms - age_ms)
                        break;
                session_free(peer->sessions[--peer->count]);
        }
}

void peer_limit_skipped(Peer *peer)
{
        size_t total = 0;

        for (unsigned i = 0; i < peer->count; i++)
                total += peer->sessions[i]->ratchet.skipped.count;
        for (unsigned i = peer->count; i-- > 0 && total > RATCHET_SKIPPED_MAX;) {
                SkippedKeys *skipped = &peer->sessions[i]->ratchet.skipped;
                size_t excess = total - RATCHET_SKIPPED_MAX;
                size_t removed = excess < skipped->count ? excess : skipped->count;

                skipped_remove_oldest(skipped, removed);
                total -= removed;
        }
}
