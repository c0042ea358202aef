/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A prekey bundle from the server: four parts, each behind its size in two bytes. What is accepted can be
 * used.
 */
#include <stdlib.h>

#include "e2ee/bytes.h"
#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static FuzzPair pair;
        ByteReader reader = byte_reader(data, size);
        const uint8_t *parts[4];
        PrekeyBundle bundle;
        size_t sizes[4];
        Peer *peer;

        if (!pair.late)
                fuzz_pair_init(&pair);
        for (unsigned i = 0; i < 4; i++) {
                sizes[i] = read_u16(&reader);
                parts[i] = sizes[i] > 0 ? read_view(&reader, sizes[i]) : NULL;
        }
        if (reader.failed)
                return 0;
        if (prekey_bundle_decode(&pair.bob.self.address,
                                 &(PrekeyBundleParts){parts[0], parts[1], parts[2], parts[3], sizes[0],
                                                      sizes[1], sizes[2], sizes[3]},
                                 &bundle) != 0)
                return 0;
        peer = peer_new();
        fuzz_expect(peer != NULL);
        fuzz_expect(peer_start(peer, &pair.alice.self, &bundle, &pair.alice.context) == 0);
        peer_free(peer);
        return 0;
}
