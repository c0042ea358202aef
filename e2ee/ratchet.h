/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/aead.h"
#include "e2ee/bytes.h"
#include "e2ee/chain.h"
#include "e2ee/skipped.h"

/*
 * The Double Ratchet, header encryption variant (Double Ratchet rev 1, section 4), with the new ratchet key
 * made when it is first needed to send (section 6.5). Header and body are sealed with XChaCha20-Poly1305 and
 * random nonces.
 *
 * A session message is: header nonce, sealed header, body nonce, sealed body (docs/protocol-e2ee.md,
 * "Session message").
 *
 * Receiving has two halves, so that the caller can look at the plaintext before anything is final:
 * ratchet_decrypt() leaves the Ratchet alone and drafts its next state, ratchet_keep() makes the draft the
 * state.
 */
enum {
        RATCHET_SKIP_MAX = 2000,          /* the most messages that one message may jump over */
        RATCHET_SKIPPED_MAX = 2000,       /* keys of messages that were jumped over */
        RATCHET_RECEIVING_CHAINS_MAX = 5, /* the current one, and older ones for what comes late */

        RATCHET_HEADER_SIZE = 32 + 4 + 4, /* ratchet key, PN, N */
        RATCHET_SEALED_HEADER_SIZE = AEAD_NONCE_SIZE + RATCHET_HEADER_SIZE + AEAD_TAG_SIZE,
        RATCHET_OVERHEAD = RATCHET_SEALED_HEADER_SIZE + AEAD_NONCE_SIZE + AEAD_TAG_SIZE,
        RATCHET_AD_MAX = 512,
};

typedef enum SendingState {
        SENDING_NONE = 0,     /* the responder's, before the first message */
        SENDING_STEP_DUE = 1, /* the next message makes a new ratchet key and a new sending chain */
        SENDING_READY = 2,
} SendingState;

typedef struct ReceivingChain {
        uint32_t serial; /* increases by one with each receiving chain */
        uint32_t next;   /* Nr; for older chains their length */
        HeaderKey header_key;
        ChainKey chain_key; /* zero for older chains */
} ReceivingChain;

typedef struct RatchetState { /* names in comments are those of section 4.3 */
        RootKey root_key;     /* RK */
        DhKeyPair local;      /* DHs; zero while SENDING_STEP_DUE */
        DhPublicKey remote;   /* DHr */
        SendingState sending;
        ChainKey sending_chain;          /* CKs */
        HeaderKey sending_header;        /* HKs */
        HeaderKey next_sending_header;   /* NHKs */
        HeaderKey next_receiving_header; /* NHKr */
        uint32_t sent;                   /* Ns */
        uint32_t sent_before;            /* PN */
        unsigned chain_count;
        uint32_t next_serial;
        ReceivingChain chains[RATCHET_RECEIVING_CHAINS_MAX]; /* CKr, HKr, Nr: newest first */
        uint64_t last_step_ms;
} RatchetState;

typedef struct Ratchet {
        RatchetState state;
        SkippedKeys skipped; /* MKSKIPPED */
} Ratchet;

/*
 * RatchetInitAliceHE and RatchetInitBobHE (section 4.4). init_initiator: 0, or RATCHET_FORGED for a bad
 * remote key.
 */
typedef struct RatchetSecrets {
        RootKey root;
        HeaderKey initiator_header, responder_header; /* shared_hka, shared_nhkb */
} RatchetSecrets;
int ratchet_init_initiator(Ratchet *out, const RatchetSecrets *secrets, const DhPublicKey *remote,
                           const E2eeContext *context);
void ratchet_init_responder(Ratchet *out, const RatchetSecrets *secrets, const DhKeyPair *local);
void ratchet_deinit(Ratchet *ratchet);

enum {
        RATCHET_FORGED = 1,   /* does not verify, or breaks the rules */
        RATCHET_REPEATED = 2, /* was decrypted before, or its key has expired */
        RATCHET_TOO_FAR = 3,  /* jumps over more than RATCHET_SKIP_MAX */
};

/*
 * Seals `size` bytes that already stand at message + RATCHET_BODY_OFFSET, in place; message has size +
 * RATCHET_OVERHEAD bytes. The Ratchet changes on success only. -EOVERFLOW: a chain of 2^32 messages.
 */
enum { RATCHET_BODY_OFFSET = RATCHET_SEALED_HEADER_SIZE + AEAD_NONCE_SIZE };
int ratchet_encrypt(Ratchet *ratchet, const uint8_t *ad, size_t ad_size, uint8_t *message, size_t size,
                    const E2eeContext *context);

typedef struct RatchetDraft {
        RatchetState state;
        bool used_skipped; /* this key is used up */
        uint32_t used_chain, used_number;
        bool dropped_chain; /* fell out of the chains that are kept */
        uint32_t dropped_serial;
        SkippedKeys added;
} RatchetDraft;

/*
 * out has size - RATCHET_OVERHEAD bytes. Whatever it returns, ratchet_draft_deinit() releases the draft.
 * Costs at most one X25519, and that only for a header that the peer has sealed.
 */
int ratchet_decrypt(const Ratchet *ratchet, const uint8_t *ad, size_t ad_size, const uint8_t *message,
                    size_t size, uint64_t now_ms, uint8_t *out, RatchetDraft *draft);
/* 0, or -ENOMEM and nothing has changed. */
int ratchet_keep(Ratchet *ratchet, RatchetDraft *draft, uint64_t now_ms);
void ratchet_draft_deinit(RatchetDraft *draft);

/* The stored form. */
size_t ratchet_encoded_size(const Ratchet *ratchet);
void ratchet_write(ByteWriter *writer, const Ratchet *ratchet);
/* 0 or -ENOMEM; the reader tells whether it was well formed. out is to be deinited in any case. */
int ratchet_read(ByteReader *reader, Ratchet *out);
