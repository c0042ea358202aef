/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/ratchet.h"

#include <errno.h>

#include "e2ee/ratchet-header.h"
#include "e2ee/wipe.h"

/* The sending half of DHRatchetHE (Double Ratchet section 4.6), with a key pair made now. */
static int sending_step(RatchetState *state, const E2eeContext *context)
{
        uint8_t output[DH_OUTPUT_SIZE];
        E2EE_WIPE(output);

        dh_generate(&state->local, context);
        if (dh(&state->local.secret_key, &state->remote, output) != 0)
                return RATCHET_FORGED;
        state->sent_before = state->sent;
        state->sent = 0;
        state->sending_header = state->next_sending_header;
        root_step(&state->root_key, output, &state->sending_chain, &state->next_sending_header);
        state->sending = SENDING_READY;
        state->last_step_ms = context->now_ms;
        return 0;
}

int ratchet_init_initiator(Ratchet *out, const RatchetSecrets *secrets, const DhPublicKey *remote,
                           const E2eeContext *context)
{
        *out = (Ratchet){0};
        out->state.root_key = secrets->root;
        out->state.remote = *remote;
        /* The step moves it to HKs; NHKs comes out of the root key. */
        out->state.next_sending_header = secrets->initiator_header;
        out->state.next_receiving_header = secrets->responder_header;
        return sending_step(&out->state, context);
}

void ratchet_init_responder(Ratchet *out, const RatchetSecrets *secrets, const DhKeyPair *local)
{
        *out = (Ratchet){0};
        out->state.root_key = secrets->root;
        out->state.local = *local;
        out->state.sending = SENDING_NONE;
        out->state.next_sending_header = secrets->responder_header;
        out->state.next_receiving_header = secrets->initiator_header;
}

void ratchet_deinit(Ratchet *ratchet)
{
        skipped_deinit(&ratchet->skipped);
        sodium_memzero(ratchet, sizeof(*ratchet));
}

/* RatchetEncryptHE (section 4.5). */
int ratchet_encrypt(Ratchet *ratchet, const uint8_t *ad, size_t ad_size, uint8_t *message, size_t size,
                    const E2eeContext *context)
{
        RatchetState state = ratchet->state;
        uint8_t nonces[2 * AEAD_NONCE_SIZE];
        MessageKey key;
        RatchetHeader header;
        RatchetAd body_ad;
        E2EE_WIPE(state);
        E2EE_WIPE(key);
        int r;

        if (state.sending == SENDING_NONE)
                return -EINVAL;
        if (state.sending == SENDING_STEP_DUE) {
                r = sending_step(&state, context);
                if (r != 0)
                        return -EINVAL; /* the receiving step has refused such a key */
        }
        if (state.sent == UINT32_MAX)
                return -EOVERFLOW;

        header = (RatchetHeader){state.local.public_key, state.sent_before, state.sent};
        chain_step(&state.sending_chain, &key);
        state.sent++;

        context->fill(context->userdata, nonces, sizeof(nonces));
        memcpy(message, nonces, AEAD_NONCE_SIZE);
        ratchet_header_seal(&state.sending_header, ad, ad_size, &header, message);
        memcpy(message + RATCHET_SEALED_HEADER_SIZE, nonces + AEAD_NONCE_SIZE, AEAD_NONCE_SIZE);
        ratchet_body_ad(&body_ad, ad, ad_size, message);
        aead_seal(key.bytes, message + RATCHET_SEALED_HEADER_SIZE, body_ad.bytes, body_ad.size,
                  message + RATCHET_BODY_OFFSET, size, message + RATCHET_BODY_OFFSET);
        ratchet->state = state;
        return 0;
}
