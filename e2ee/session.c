/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/session.h"

#include <errno.h>

#include "e2ee/hkdf.h"
#include "e2ee/labels.h"
#include "e2ee/padding.h"
#include "e2ee/wipe.h"

/*
 * How far ahead of this side's clock a generation counts. Otherwise a clock that once ran years ahead would
 * have made a session that nothing outranks which was started by somebody who does not know of it.
 */
#define GENERATION_AHEAD_MS (UINT64_C(3600) * 1000)

Session *session_free(Session *session)
{
        if (!session)
                return NULL;
        ratchet_deinit(&session->ratchet);
        wipe_and_free(session, sizeof(*session));
        return NULL;
}

void session_freep(Session **session)
{
        session_free(*session);
}

static uint64_t rank(const Session *session, uint64_t now_ms)
{
        /* What was created in the future was created by a wrong clock of our own. */
        uint64_t created = session->created_ms < now_ms ? session->created_ms : now_ms;
        uint64_t latest = created + GENERATION_AHEAD_MS;

        return session->generation < latest ? session->generation : latest;
}

bool session_outranks(const Session *a, const Session *b, uint64_t now_ms)
{
        uint64_t rank_a = rank(a, now_ms), rank_b = rank(b, now_ms);

        if (rank_a != rank_b)
                return rank_a > rank_b;
        if (a->generation != b->generation)
                return a->generation > b->generation;
        return memcmp(a->id.bytes, b->id.bytes, sizeof(a->id.bytes)) > 0;
}

static int set_transcript(Session *session, const X3dhTranscript *transcript)
{
        session->suite = transcript->suite;
        session->generation = transcript->generation;
        session->base_key = transcript->base_key;
        x3dh_transcript_hash(transcript, &session->transcript);
        return hkdf_sha256(NULL, 0, session->transcript.bytes, sizeof(session->transcript.bytes),
                           (const uint8_t *)LABEL_HKDF_SESSION_ID, sizeof(LABEL_HKDF_SESSION_ID) - 1,
                           session->id.bytes, sizeof(session->id.bytes));
}

static void to_ratchet_secrets(const X3dhSecrets *secrets, RatchetSecrets *out)
{
        memcpy(out->root.bytes, secrets->root, 32);
        memcpy(out->initiator_header.bytes, secrets->initiator_header_key, 32);
        memcpy(out->responder_header.bytes, secrets->responder_header_key, 32);
}

static void put_start_prefix(Session *session, const PeerSelf *self, const X3dhTranscript *transcript)
{
        uint8_t identity[PUBLIC_IDENTITY_SIZE];
        EnvelopeStart start = {
                .suite = transcript->suite,
                .generation = transcript->generation,
                .identity = identity,
                .identity_size = public_identity_encode(&self->identity->public_identity, identity),
                .base_key = transcript->base_key,
                .signed_prekey_id = transcript->signed_prekey_id,
                .has_one_time_prekey = transcript->has_one_time_prekey,
                .one_time_prekey_kind = transcript->one_time_prekey_kind,
                .one_time_prekey_id = transcript->one_time_prekey_id,
        };

        session->start_prefix_size = envelope_put_start_prefix(&start, session->start_prefix);
}

int session_start(const PeerSelf *self, const PrekeyBundle *bundle, uint64_t generation,
                  const E2eeContext *context, Session **out)
{
        __attribute__((cleanup(session_freep))) Session *session = NULL;
        X3dhSecrets agreed;
        RatchetSecrets secrets;
        DhKeyPair base;
        X3dhTranscript transcript;
        E2EE_WIPE(agreed);
        E2EE_WIPE(secrets);
        E2EE_WIPE(base);
        int r;

        session = calloc(1, sizeof(*session));
        if (!session)
                return -ENOMEM;
        dh_generate(&base, context);
        transcript = (X3dhTranscript){
                .suite = X3DH_SUITE_CLASSICAL,
                .generation = generation,
                .initiator = self->address,
                .responder = bundle->address,
                .initiator_identity = self->identity->public_identity,
                .responder_identity = bundle->identity,
                .base_key = base.public_key,
                .signed_prekey_id = bundle->signed_prekey_id,
                .signed_prekey = bundle->signed_prekey,
                .has_one_time_prekey = bundle->has_one_time_prekey,
                .one_time_prekey_kind = bundle->one_time_prekey_kind,
                .one_time_prekey_id = bundle->one_time_prekey_id,
                .one_time_prekey = bundle->one_time_prekey,
        };
        r = x3dh_initiate(self->identity, &base, &transcript, &agreed);
        if (r != 0)
                return r < 0 ? r : PEER_FORGED;
        r = set_transcript(session, &transcript);
        if (r < 0)
                return r;
        to_ratchet_secrets(&agreed, &secrets);
        r = ratchet_init_initiator(&session->ratchet, &secrets, &bundle->signed_prekey, context);
        if (r != 0)
                return r < 0 ? r : PEER_FORGED;

        session->created_ms = context->now_ms;
        session->started_here = true;
        session->remote = bundle->address;
        session->remote_identity = bundle->identity;
        put_start_prefix(session, self, &transcript);
        *out = session;
        session = NULL;
        return 0;
}

/* 0, or PEER_UNKNOWN_PREKEY. */
static int find_prekey(const PrekeySource *prekeys, PrekeyKind kind, uint32_t id, Prekey *out)
{
        int r = prekeys->find(prekeys->userdata, kind, id, out);

        if (r < 0)
                return r;
        return r == 0 && out->kind == kind && out->id == id ? 0 : PEER_UNKNOWN_PREKEY;
}

int session_accept(const PeerSelf *self, const Address *sender, const EnvelopeStart *start,
                   const PrekeySource *prekeys, const E2eeContext *context, Session **out,
                   SessionUse *use_out)
{
        __attribute__((cleanup(session_freep))) Session *session = NULL;
        Prekey signed_prekey = {0}, one_time = {0};
        X3dhSecrets agreed;
        RatchetSecrets secrets;
        X3dhTranscript transcript;
        E2EE_WIPE(signed_prekey);
        E2EE_WIPE(one_time);
        E2EE_WIPE(agreed);
        E2EE_WIPE(secrets);
        int r;

        /* What costs least comes first: a look-up, then the signature, then the key agreement. */
        r = find_prekey(prekeys, PREKEY_SIGNED, start->signed_prekey_id, &signed_prekey);
        if (r == 0 && start->has_one_time_prekey)
                r = find_prekey(prekeys, start->one_time_prekey_kind, start->one_time_prekey_id, &one_time);
        if (r != 0)
                return r;
        session = calloc(1, sizeof(*session));
        if (!session)
                return -ENOMEM;
        switch (public_identity_decode(start->identity, start->identity_size, &session->remote_identity)) {
        case 0:
                break;
        case IDENTITY_BAD_SIGNATURE:
                return PEER_FORGED;
        default:
                return PEER_MALFORMED;
        }

        transcript = (X3dhTranscript){
                .suite = start->suite,
                .generation = start->generation,
                .initiator = *sender,
                .responder = self->address,
                .initiator_identity = session->remote_identity,
                .responder_identity = self->identity->public_identity,
                .base_key = start->base_key,
                .signed_prekey_id = start->signed_prekey_id,
                .signed_prekey = signed_prekey.pair.public_key,
                .has_one_time_prekey = start->has_one_time_prekey,
                .one_time_prekey_kind = start->one_time_prekey_kind,
                .one_time_prekey_id = start->one_time_prekey_id,
                .one_time_prekey = one_time.pair.public_key,
        };
        r = x3dh_respond(self->identity, &signed_prekey.pair.secret_key,
                         start->has_one_time_prekey ? &one_time.pair.secret_key : NULL, &transcript,
                         &agreed);
        if (r != 0)
                return r < 0 ? r : PEER_FORGED;
        r = set_transcript(session, &transcript);
        if (r < 0)
                return r;
        to_ratchet_secrets(&agreed, &secrets);
        ratchet_init_responder(&session->ratchet, &secrets, &signed_prekey.pair);

        session->created_ms = context->now_ms;
        session->remote = *sender;
        *use_out = (SessionUse){start->one_time_prekey_kind, start->one_time_prekey_id};
        *out = session;
        session = NULL;
        return 0;
}
