/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/x3dh.h"

/*
 * The envelope: a prefix in the clear, and a session message (docs/protocol-e2ee.md, "Envelope"). The prefix
 * names the session, or carries what the receiver needs to start it. It is associated data of all that is
 * sealed behind it.
 */
enum {
        ENVELOPE_VERSION = 1,
        ENVELOPE_PREFIX_MAX = 352,
};

typedef enum EnvelopeKind {
        ENVELOPE_MESSAGE = 1,
        ENVELOPE_START = 2,
} EnvelopeKind;

typedef struct SessionId {
        uint8_t bytes[16];
} SessionId;

typedef struct EnvelopeStart {
        uint16_t suite;
        uint64_t generation;
        const uint8_t *identity; /* encoded, as it came: checked only where it starts a session */
        size_t identity_size;
        DhPublicKey base_key;
        uint32_t signed_prekey_id;
        bool has_one_time_prekey;
        PrekeyKind one_time_prekey_kind;
        uint32_t one_time_prekey_id;
} EnvelopeStart;

typedef struct Envelope { /* points into the bytes that it was decoded from */
        EnvelopeKind kind;
        SessionId session;   /* ENVELOPE_MESSAGE */
        EnvelopeStart start; /* ENVELOPE_START */
        const uint8_t *prefix, *message;
        size_t prefix_size, message_size;
} Envelope;

enum {
        ENVELOPE_MALFORMED = 1,
        ENVELOPE_UNSUPPORTED = 2, /* a newer version or suite */
};

int envelope_decode(const uint8_t *data, size_t size, Envelope *out);
size_t envelope_put_message_prefix(const SessionId *session, uint8_t out[static ENVELOPE_PREFIX_MAX]);
size_t envelope_put_start_prefix(const EnvelopeStart *start, uint8_t out[static ENVELOPE_PREFIX_MAX]);
