/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identities and prekeys, public and stored: any bytes. What is accepted encodes to the same bytes. */
#include <string.h>

#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_same(const uint8_t *encoded, size_t encoded_size, const uint8_t *data, size_t size)
{
        fuzz_expect(encoded_size == size && memcmp(encoded, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint8_t public_encoded[PUBLIC_IDENTITY_SIZE], encoded[IDENTITY_ENCODED_SIZE],
                prekey_encoded[PREKEY_SECRET_SIZE];
        PublicIdentity public_identity;
        Identity identity;
        Prekey prekey;

        if (public_identity_decode(data, size, &public_identity) == 0)
                expect_same(public_encoded, public_identity_encode(&public_identity, public_encoded), data,
                            size);
        if (identity_decode(data, size, &identity) == 0)
                expect_same(encoded, identity_encode(&identity, encoded), data, size);
        if (prekey_decode(data, size, &prekey) == 0)
                expect_same(prekey_encoded, prekey_encode(&prekey, prekey_encoded), data, size);
        return 0;
}
