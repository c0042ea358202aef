/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/chain.h"

#include <stdlib.h>
#include <string.h>

#include "e2ee/hkdf.h"
#include "e2ee/labels.h"
#include "e2ee/wipe.h"

/*
 * Double Ratchet section 5.2: "0x01 as the input to produce the message key and 0x02 ... the next chain
 * key".
 */
static const uint8_t message_constant = 0x01, chain_constant = 0x02;

void chain_step(ChainKey *chain, MessageKey *out)
{
        crypto_auth_hmacsha256_state keyed, hmac;
        E2EE_WIPE(keyed);
        E2EE_WIPE(hmac);

        /* Both HMACs have the same key, so its two blocks are hashed once. */
        crypto_auth_hmacsha256_init(&keyed, chain->bytes, sizeof(chain->bytes));
        hmac = keyed;
        crypto_auth_hmacsha256_update(&hmac, &message_constant, 1);
        crypto_auth_hmacsha256_final(&hmac, out->bytes);
        hmac = keyed;
        crypto_auth_hmacsha256_update(&hmac, &chain_constant, 1);
        crypto_auth_hmacsha256_final(&hmac, chain->bytes);
}

void root_step(RootKey *root, const uint8_t dh_output[static DH_OUTPUT_SIZE], ChainKey *chain_out,
               HeaderKey *next_header_out)
{
        uint8_t okm[3 * 32];
        E2EE_WIPE(okm);

        if (hkdf_sha256(root->bytes, sizeof(root->bytes), dh_output, DH_OUTPUT_SIZE,
                        (const uint8_t *)LABEL_HKDF_ROOT_STEP, sizeof(LABEL_HKDF_ROOT_STEP) - 1, okm,
                        sizeof(okm)) < 0)
                abort(); /* only for more than 8,160 bytes */
        memcpy(root->bytes, okm, 32);
        memcpy(chain_out->bytes, okm + 32, 32);
        memcpy(next_header_out->bytes, okm + 64, 32);
}
