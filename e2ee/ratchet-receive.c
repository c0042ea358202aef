/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "e2ee/ratchet-header.h"
#include "e2ee/wipe.h"

/* Where a header was found to belong. */
typedef enum Place {
        PLACE_NOWHERE,
        PLACE_CHAIN,     /* chains[index] */
        PLACE_NEXT_STEP, /* the peer has made a new ratchet key */
} Place;

/*
 * The header half of TrySkippedMessageKeysHE, and DecryptHeader (section 4.6). At most one trial for each
 * chain that is kept and one for the next. There is no next one while our own step is due: the peer has not
 * seen the key that it would have to answer.
 */
static Place open_header(const RatchetState *state, const uint8_t *ad, size_t ad_size,
                         const uint8_t *message, RatchetHeader *out, unsigned *index_out)
{
        for (unsigned i = 0; i < state->chain_count; i++) {
                if (i == 1 && state->sending != SENDING_STEP_DUE &&
                    ratchet_header_open(&state->next_receiving_header, ad, ad_size, message, out))
                        return PLACE_NEXT_STEP;
                *index_out = i;
                if (ratchet_header_open(&state->chains[i].header_key, ad, ad_size, message, out))
                        return PLACE_CHAIN;
        }
        if (state->chain_count <= 1 && state->sending != SENDING_STEP_DUE &&
            ratchet_header_open(&state->next_receiving_header, ad, ad_size, message, out))
                return PLACE_NEXT_STEP;
        return PLACE_NOWHERE;
}

static bool open_body(const MessageKey *key, const uint8_t *ad, size_t ad_size, const uint8_t *message,
                      size_t size, uint8_t *out)
{
        RatchetAd body_ad;

        ratchet_body_ad(&body_ad, ad, ad_size, message);
        return aead_open(key->bytes, message + RATCHET_SEALED_HEADER_SIZE, body_ad.bytes, body_ad.size,
                         message + RATCHET_BODY_OFFSET, size - RATCHET_BODY_OFFSET, out);
}

/* SkipMessageKeysHE (section 4.6): the caller has made room in `added`. */
static void skip_to(ReceivingChain *chain, uint32_t until, uint64_t now_ms, SkippedKeys *added)
{
        while (chain->next < until) {
                SkippedKey *key = &added->keys[added->count++];

                *key = (SkippedKey){.chain = chain->serial, .number = chain->next, .stored_ms = now_ms};
                chain_step(&chain->chain_key, &key->key);
                chain->next++;
        }
}

/* The receiving half of DHRatchetHE (section 4.6). The old ratchet secret has done its work and is wiped. */
static int receiving_step(RatchetDraft *draft, const RatchetHeader *header, uint64_t now_ms)
{
        RatchetState *state = &draft->state;
        uint8_t output[DH_OUTPUT_SIZE];
        ReceivingChain *chain = &state->chains[0];
        E2EE_WIPE(output);

        if (dh(&state->local.secret_key, &header->ratchet_key, output) != 0)
                return RATCHET_FORGED;
        if (state->chain_count == RATCHET_RECEIVING_CHAINS_MAX) {
                draft->dropped_chain = true;
                draft->dropped_serial = state->chains[RATCHET_RECEIVING_CHAINS_MAX - 1].serial;
        } else {
                state->chain_count++;
        }
        memmove(&state->chains[1], &state->chains[0], (state->chain_count - 1) * sizeof(state->chains[0]));
        if (state->chain_count > 1)
                sodium_memzero(&state->chains[1].chain_key, sizeof(state->chains[1].chain_key));

        *chain = (ReceivingChain){
                .serial = state->next_serial++,
                .header_key = state->next_receiving_header,
        };
        state->remote = header->ratchet_key;
        root_step(&state->root_key, output, &chain->chain_key, &state->next_receiving_header);
        sodium_memzero(&state->local, sizeof(state->local));
        state->sending = SENDING_STEP_DUE;
        state->last_step_ms = now_ms;
        return 0;
}

/*
 * How many messages this one jumps over. Refuses what an honest peer does not send before anything is
 * computed.
 */
static int count_skipped(const RatchetState *state, Place place, const RatchetHeader *header, uint64_t *out)
{
        uint32_t received = state->chain_count > 0 ? state->chains[0].next : 0;

        *out = header->number;
        if (place == PLACE_CHAIN) {
                *out -= received;
        } else {
                /* Without a chain before this one there was nothing to be sent in it. */
                if (state->chain_count == 0 ? header->sent_before != 0 : header->sent_before < received)
                        return RATCHET_FORGED;
                *out += header->sent_before - received;
        }
        return *out > RATCHET_SKIP_MAX ? RATCHET_TOO_FAR : 0;
}

/* A message of the current chain that is ahead, or the first that is seen of a new chain. */
static int decrypt_ahead(RatchetDraft *draft, Place place, const RatchetHeader *header, uint64_t now_ms,
                         MessageKey *key_out)
{
        RatchetState *state = &draft->state;
        uint64_t skipped;
        int r;

        r = count_skipped(state, place, header, &skipped);
        if (r != 0)
                return r;
        if (header->number == UINT32_MAX)
                return RATCHET_FORGED;
        if (skipped > 0) {
                draft->added.keys = calloc(skipped, sizeof(*draft->added.keys));
                if (!draft->added.keys)
                        return -ENOMEM;
        }
        if (place == PLACE_NEXT_STEP) {
                if (state->chain_count > 0)
                        skip_to(&state->chains[0], header->sent_before, now_ms, &draft->added);
                r = receiving_step(draft, header, now_ms);
                if (r != 0)
                        return r;
        }
        skip_to(&state->chains[0], header->number, now_ms, &draft->added);
        chain_step(&state->chains[0].chain_key, key_out);
        state->chains[0].next++;
        return 0;
}

/* A message of a chain that was jumped over, or has been decrypted (TrySkippedMessageKeysHE). */
static int decrypt_behind(const Ratchet *ratchet, RatchetDraft *draft, const ReceivingChain *chain,
                          const RatchetHeader *header, uint64_t now_ms, MessageKey *key_out)
{
        const SkippedKey *skipped;

        if (header->number >= chain->next)
                return RATCHET_FORGED; /* an older chain has no such message */
        skipped = skipped_find(&ratchet->skipped, chain->serial, header->number, now_ms);
        if (!skipped)
                return RATCHET_REPEATED;
        *key_out = skipped->key;
        draft->used_skipped = true;
        draft->used_chain = chain->serial;
        draft->used_number = header->number;
        return 0;
}

/* RatchetDecryptHE (section 4.6), on a copy of the state. */
int ratchet_decrypt(const Ratchet *ratchet, const uint8_t *ad, size_t ad_size, const uint8_t *message,
                    size_t size, uint64_t now_ms, uint8_t *out, RatchetDraft *draft)
{
        RatchetHeader header;
        MessageKey key;
        unsigned index = 0;
        Place place;
        E2EE_WIPE(key);
        int r;

        *draft = (RatchetDraft){0};
        draft->state = ratchet->state; /* member by member: a literal could leave a copy on the stack */
        if (size < RATCHET_OVERHEAD)
                return RATCHET_FORGED;
        place = open_header(&draft->state, ad, ad_size, message, &header, &index);
        if (place == PLACE_NOWHERE)
                return RATCHET_FORGED;

        if (place == PLACE_CHAIN && (index > 0 || header.number < draft->state.chains[0].next))
                r = decrypt_behind(ratchet, draft, &draft->state.chains[index], &header, now_ms, &key);
        else
                r = decrypt_ahead(draft, place, &header, now_ms, &key);
        if (r != 0)
                return r;
        return open_body(&key, ad, ad_size, message, size, out) ? 0 : RATCHET_FORGED;
}

/*
 * The stored keys with those that are new, in an array of its own, so that a lack of memory changes nothing.
 */
static int join_skipped(const SkippedKeys *stored, const SkippedKeys *added, SkippedKeys *out)
{
        size_t count = stored->count + added->count;

        out->keys = malloc(count * sizeof(*out->keys));
        if (!out->keys)
                return -ENOMEM;
        if (stored->count > 0)
                memcpy(out->keys, stored->keys, stored->count * sizeof(*out->keys));
        memcpy(out->keys + stored->count, added->keys, added->count * sizeof(*out->keys));
        out->count = count;
        return 0;
}

int ratchet_keep(Ratchet *ratchet, RatchetDraft *draft, uint64_t now_ms)
{
        SkippedKeys joined;

        if (draft->added.count > 0) {
                if (join_skipped(&ratchet->skipped, &draft->added, &joined) < 0)
                        return -ENOMEM;
                skipped_deinit(&ratchet->skipped);
                ratchet->skipped = joined;
        }
        ratchet->state = draft->state;
        if (ratchet->skipped.count == 0)
                return 0;
        if (draft->used_skipped)
                skipped_remove(&ratchet->skipped, draft->used_chain, draft->used_number);
        if (draft->dropped_chain)
                skipped_remove_chain(&ratchet->skipped, draft->dropped_serial);
        skipped_remove_expired(&ratchet->skipped, now_ms);
        if (ratchet->skipped.count > RATCHET_SKIPPED_MAX)
                skipped_remove_oldest(&ratchet->skipped, ratchet->skipped.count - RATCHET_SKIPPED_MAX);
        return 0;
}

void ratchet_draft_deinit(RatchetDraft *draft)
{
        skipped_deinit(&draft->added);
        sodium_memzero(draft, sizeof(*draft));
}
