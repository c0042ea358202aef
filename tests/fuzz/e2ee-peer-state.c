/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored sessions with a peer: what is accepted encodes to the same bytes, and can be used. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(FuzzPair *pair, Peer *peer)
{
        PeerDecrypted decrypted;
        PeerSessionInfo info;
        size_t envelope_size;
        uint8_t *envelope;

        fuzz_expect(peer_session_info(peer, &info) == peer_can_encrypt(peer));
        if (peer_decrypt(peer, &pair->bob.self, &pair->alice.self.address, &pair->bob.source, pair->late,
                         pair->late_size, &pair->bob.context, &decrypted) == 0)
                peer_decrypted_deinit(&decrypted);
        if (peer_encrypt(peer, &pair->bob.self, (const uint8_t *)"text", 4, &pair->bob.context, &envelope,
                         &envelope_size) == 0)
                free(envelope);
        peer_archive_current(peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static FuzzPair pair;
        size_t encoded_size;
        uint8_t *encoded;
        Peer *peer;

        if (!pair.late)
                fuzz_pair_init(&pair);
        if (peer_decode(data, size, &peer) != 0)
                return 0;
        fuzz_expect(peer_encode(peer, &encoded, &encoded_size) == 0);
        fuzz_expect(encoded_size == size && memcmp(encoded, data, size) == 0);
        free(encoded);
        use(&pair, peer);
        peer_free(peer);
        return 0;
}
