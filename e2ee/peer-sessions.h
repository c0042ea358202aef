/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/session.h"

/* What a Peer is inside, and how its list of sessions is kept. */
struct Peer {
        Session *sessions[PEER_SESSIONS_MAX]; /* sessions[0] is the newest */
        unsigned count;
        bool has_current; /* sessions[0] sends; otherwise it is archived like all others */
};

int peer_find_by_id(const Peer *peer, const SessionId *id); /* -1: none */
/*
 * A base key is made for one session, so it finds the session that a starting envelope has started before.
 */
int peer_find_by_base_key(const Peer *peer, const DhPublicKey *base_key);
/* Takes the session over; where there are too many, the last falls out. */
void peer_insert(Peer *peer, Session *session, unsigned index);
/* Those whose successor is older than PEER_ARCHIVED_DAYS. Nothing of theirs is under way any more. */
void peer_forget_old(Peer *peer, uint64_t now_ms);
/*
 * Holds all sessions together to RATCHET_SKIPPED_MAX skipped keys; the oldest session gives its keys up
 * first.
 */
void peer_limit_skipped(Peer *peer);
