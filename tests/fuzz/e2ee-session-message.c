/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session message whose header the peer has sealed, but which says anything: the first byte chooses the
 * header key, 40 bytes are the header, the rest is the body. Behind random bytes alone, no fuzzer would ever
 * get past the seal.
 */
#include <stdlib.h>
#include <string.h>

#include "e2ee/peer-sessions.h"
#include "e2ee/ratchet-header.h"
#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const HeaderKey *choose(const RatchetState *state, uint8_t choice)
{
        if (choice < state->chain_count)
                return &state->chains[choice].header_key;
        return choice == 100 ? &state->sending_header : &state->next_receiving_header;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const uint8_t ad[32];
        static FuzzPair pair;
        static uint8_t message[8192], plaintext[8192];
        const Ratchet *ratchet;
        RatchetHeader header;
        RatchetDraft draft;
        ByteReader reader;
        int r;

        if (!pair.late)
                fuzz_pair_init(&pair);
        if (size < 1 + RATCHET_HEADER_SIZE || size > 4096)
                return 0;
        ratchet = &pair.bob.peer->sessions[0]->ratchet;
        reader = byte_reader(data + 1, RATCHET_HEADER_SIZE);
        read_bytes(&reader, header.ratchet_key.bytes, 32);
        header.sent_before = read_u32(&reader);
        header.number = read_u32(&reader);
        ratchet_header_seal(choose(&ratchet->state, data[0]), ad, sizeof(ad), &header, message);
        memcpy(message + RATCHET_SEALED_HEADER_SIZE, data + 1 + RATCHET_HEADER_SIZE,
               size - 1 - RATCHET_HEADER_SIZE);

        r = ratchet_decrypt(ratchet, ad, sizeof(ad), message,
                            RATCHET_SEALED_HEADER_SIZE + size - 1 - RATCHET_HEADER_SIZE,
                            pair.bob.context.now_ms, plaintext, &draft);
        fuzz_expect(r > 0 && r <= RATCHET_TOO_FAR); /* the body is never sealed with the right key */
        fuzz_expect(draft.added.count <= RATCHET_SKIP_MAX);
        ratchet_draft_deinit(&draft);
        return 0;
}
