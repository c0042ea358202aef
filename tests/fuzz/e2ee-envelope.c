/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An envelope from the server: bob decrypts any bytes, and what he refuses leaves his state as it was. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static FuzzPair pair;
        static uint8_t *stored;
        static size_t stored_size;
        PeerDecrypted decrypted;
        size_t after_size;
        uint8_t *after;
        Peer *peer;
        int r;

        if (!stored) {
                fuzz_pair_init(&pair);
                fuzz_expect(peer_encode(pair.bob.peer, &stored, &stored_size) == 0);
        }
        fuzz_expect(peer_decode(stored, stored_size, &peer) == 0);
        r = peer_decrypt(peer, &pair.bob.self, &pair.alice.self.address, &pair.bob.source, data, size,
                         &pair.bob.context, &decrypted);
        fuzz_expect(peer_encode(peer, &after, &after_size) == 0);
        fuzz_expect((after_size == stored_size && memcmp(after, stored, stored_size) == 0) == (r != 0));
        fuzz_expect((decrypted.plaintext != NULL) == (r == 0));
        peer_decrypted_deinit(&decrypted);
        free(after);
        peer_free(peer);
        return 0;
}
