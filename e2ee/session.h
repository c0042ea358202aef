/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/envelope.h"
#include "e2ee/peer.h"
#include "e2ee/ratchet.h"

/*
 * One session with one peer device: what X3DH agreed on, and the ratchet that goes on from there (Double
 * Ratchet section 5.1). e2ee/peer.h keeps several, and its codes are the ones that these functions return.
 *
 * Sessions of two devices are ordered, by generation and then by ID, so that both sides find the same one to
 * be the newest. The generation is the starter's clock in milliseconds, raised above every generation that
 * it has seen.
 */
typedef struct Session {
        SessionId id;
        uint16_t suite;
        uint64_t generation;
        uint64_t created_ms; /* this side's clock */
        bool started_here;
        bool acknowledged; /* something was received in it */
        uint64_t sent, received;
        Address remote;
        PublicIdentity remote_identity;
        TranscriptHash transcript;
        DhPublicKey base_key;
        uint8_t start_prefix[ENVELOPE_PREFIX_MAX]; /* started_here, until acknowledged */
        size_t start_prefix_size;
        Ratchet ratchet;
} Session;

/* PEER_FORGED: one of the peer's keys is not usable. */
int session_start(const PeerSelf *self, const PrekeyBundle *bundle, uint64_t generation,
                  const E2eeContext *context, Session **out);

typedef struct SessionUse { /* of this side's prekeys */
        PrekeyKind kind;
        uint32_t id;
} SessionUse;

/* What a starting envelope asks for. Nothing is verified before something was decrypted in the session. */
int session_accept(const PeerSelf *self, const Address *sender, const EnvelopeStart *start,
                   const PrekeySource *prekeys, const E2eeContext *context, Session **out,
                   SessionUse *use_out);
Session *session_free(Session *session);
void session_freep(Session **session);

/* True if a is to be preferred to b. Both sides come to the same answer. */
bool session_outranks(const Session *a, const Session *b, uint64_t now_ms);

int session_encrypt(Session *session, const uint8_t *plaintext, size_t size, const E2eeContext *context,
                    uint8_t **envelope_out, size_t *envelope_size_out);

/* As ratchet_decrypt(): the draft is to be kept, if its caller agrees, and released always. */
int session_decrypt(const Session *session, const Envelope *envelope, uint64_t now_ms,
                    uint8_t **plaintext_out, size_t *size_out, RatchetDraft *draft);
int session_keep(Session *session, RatchetDraft *draft, uint64_t now_ms);

size_t session_encoded_size(const Session *session);
void session_write(ByteWriter *writer, const Session *session);
/* 0 or -ENOMEM; the reader tells whether it was well formed. */
int session_read(ByteReader *reader, Session **out);
