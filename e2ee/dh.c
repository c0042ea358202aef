/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/dh.h"

#include <sodium.h>
#include <string.h>

#include "e2ee/wipe.h"

static void derive_public(const DhSecretKey *secret, DhPublicKey *out)
{
        /* Fails for no input, as the base point is not of small order. */
        if (crypto_scalarmult_base(out->bytes, secret->bytes) != 0)
                abort();
}

void dh_generate(DhKeyPair *out, const E2eeContext *context)
{
        /* Any 32 bytes are a secret key: X25519 clamps them itself (RFC 7748 section 5). */
        context->fill(context->userdata, out->secret_key.bytes, sizeof(out->secret_key.bytes));
        derive_public(&out->secret_key, &out->public_key);
}

int dh(const DhSecretKey *secret, const DhPublicKey *peer, uint8_t out[static DH_OUTPUT_SIZE])
{
        /* libsodium fails exactly where the result is all zero (RFC 7748 section 6.1). */
        if (crypto_scalarmult(out, secret->bytes, peer->bytes) != 0) {
                sodium_memzero(out, DH_OUTPUT_SIZE);
                return DH_SMALL_ORDER;
        }
        return 0;
}

bool dh_public_key_is_usable(const DhPublicKey *key)
{
        /* Clamped scalars are multiples of the cofactor, so any of them shows a point of small order. */
        static const DhSecretKey any = {{1}};
        uint8_t output[DH_OUTPUT_SIZE];

        return dh(&any, key, output) == 0;
}

bool dh_key_pair_fits(const DhKeyPair *pair)
{
        DhPublicKey derived;

        derive_public(&pair->secret_key, &derived);
        return sodium_memcmp(derived.bytes, pair->public_key.bytes, sizeof(derived.bytes)) == 0;
}
