/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/prekey.h"

/*
 * All sessions with one peer device: the current one, which sends, and archived ones, which still receive. This is
 * what a program uses; x3dh.h and ratchet.h are the parts it is made of.
 *
 * A Peer is loaded from its bytes, used for one operation, and its new bytes are committed together with what the
 * operation yielded. If an operation does not return 0, the Peer is unchanged. Bounds: PEER_SESSIONS_MAX sessions.
 */
typedef struct Peer Peer;

typedef struct PeerSelf { /* this side */
        Address address;
        const Identity *identity;
} PeerSelf;

/* Finds this side's prekeys for a session that the peer starts. Returns 0, or 1 where there is none (any more). */
typedef struct PrekeySource {
        int (*find)(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out);
        void *userdata;
} PrekeySource;

enum {
        PEER_SESSIONS_MAX = 41, /* the current one and 40 archived */
        PEER_ARCHIVED_DAYS = 60, /* after the next one began; more than a signed prekey lives */
        PEER_ENCODED_MAX = 1024 * 1024,
        PEER_PLAINTEXT_MAX = 96 * 1024,  /* bytes to encrypt at once, before padding */
        PEER_ENVELOPE_MAX = 128 * 1024,  /* bytes of an envelope */
};

enum {
        PEER_MALFORMED = 1,        /* the envelope is not one */
        PEER_UNSUPPORTED = 2,      /* of a newer version or suite than ours */
        PEER_UNKNOWN_SESSION = 3,  /* no such session here: the peer should start a new one */
        PEER_UNKNOWN_PREKEY = 4,   /* starts a session with a prekey that is gone: likewise */
        PEER_REPEATED = 5,         /* was decrypted before, or its key has expired */
        PEER_FORGED = 6,           /* does not verify */
        PEER_TOO_FAR = 7,          /* skips more messages than RATCHET_SKIP_MAX */
        PEER_NO_SESSION = 8,       /* to encrypt: start a session first */
        PEER_TOO_LARGE = 9,        /* to encrypt: beyond PEER_PLAINTEXT_MAX */
};

Peer *peer_new(void); /* NULL: no memory */
Peer *peer_free(Peer *peer);
void peer_freep(Peer **peer);

/* Stored form, secret. decode: 0, PEER_MALFORMED, PEER_UNSUPPORTED or -ENOMEM. encode: *out is malloc()ed; wipe it. */
int peer_decode(const uint8_t *data, size_t size, Peer **out);
int peer_encode(const Peer *peer, uint8_t **out, size_t *size_out);

/* True if peer_encrypt() has a session to use. */
bool peer_can_encrypt(const Peer *peer);

/* Whose the session is that peer_encrypt() uses; NULL where there is none. */
const PublicIdentity *peer_current_identity(const Peer *peer);

/* Starts a new session with X3DH; the one before is archived. Renewal is the same call. */
int peer_start(Peer *peer, const PeerSelf *self, const PrekeyBundle *bundle, const E2eeContext *context);

/* Forgets the current session for sending, as when the peer's identity has changed; archived ones still receive. */
void peer_archive_current(Peer *peer);

/*
 * Pads and encrypts; *envelope_out is malloc()ed, for free(). Until the peer answers, each envelope of a new session
 * carries what the peer needs to start it.
 */
int peer_encrypt(Peer *peer, const PeerSelf *self, const uint8_t *plaintext, size_t size,
                 const E2eeContext *context, uint8_t **envelope_out, size_t *envelope_size_out);

typedef struct PeerDecrypted {
        uint8_t *plaintext; /* malloc()ed; wiped and freed by peer_decrypted_deinit() */
        size_t size;
        PublicIdentity identity;  /* whose session it was: compare with the contact's known identity */
        bool in_current_session;  /* false: in an archived one; a CONTENT_SESSION_RESET there calls for peer_start() */
        bool started_session;     /* the envelope started a new session here; then: */
        PrekeyKind used_kind;     /*   which of this side's prekeys it used: delete a one-time prekey, */
        uint32_t used_id;         /*   0 for none */
        DhPublicKey base_key;     /*   and remember this with a last-resort prekey, refusing a repeat */
} PeerDecrypted;

/*
 * sender is what the server says; it must be the one that the session is bound to, or the envelope is forged.
 * used_kind, used_id and base_key let the caller refuse the repeat of a last-resort start: PEER_REPEATED comes from
 * the Peer itself for base keys of sessions it still holds.
 */
int peer_decrypt(Peer *peer, const PeerSelf *self, const Address *sender, const PrekeySource *prekeys,
                 const uint8_t *envelope, size_t size, const E2eeContext *context, PeerDecrypted *out);
void peer_decrypted_deinit(PeerDecrypted *decrypted);

/* The session at a glance. Returns false where there is no current session. */
typedef struct PeerSessionInfo {
        uint32_t suite;
        uint64_t started_ms;
        uint64_t last_step_ms; /* last DH ratchet step */
        uint64_t sent, received;
        bool started_here;
        bool acknowledged; /* the peer has answered in it */
        unsigned archived;
} PeerSessionInfo;
bool peer_session_info(const Peer *peer, PeerSessionInfo *out);
