/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "e2ee/bytes.h"

enum { LABEL_MAX = 64 };

/* label || 0x00 || data: labels hold no NUL, so no two pairs of label and data give the same bytes. */
static size_t put_input(const char *label, const uint8_t *data, size_t size, uint8_t *out, size_t capacity)
{
        ByteWriter writer = byte_writer(out, capacity);

        write_bytes(&writer, label, strlen(label) + 1);
        write_bytes(&writer, data, size);
        return writer.size;
}

void sign_labelled(const SigningSecretKey *key, const char *label, const uint8_t *data, size_t size,
                   Signature *out)
{
        uint8_t input[LABEL_MAX + SIGN_DATA_MAX];
        size_t input_size = put_input(label, data, size, input, sizeof(input));

        /* Fails for no input: the return code has no meaning in libsodium, and is looked at all the same. */
        if (crypto_sign_detached(out->bytes, NULL, input, input_size, key->bytes) != 0)
                abort();
}

bool verify_labelled(const SigningPublicKey *key, const char *label, const uint8_t *data, size_t size,
                     const Signature *signature)
{
        uint8_t input[LABEL_MAX + SIGN_DATA_MAX];

        if (size > SIGN_DATA_MAX)
                return false;
        return ed25519_verify(key, input, put_input(label, data, size, input, sizeof(input)), signature);
}

bool ed25519_verify(const SigningPublicKey *key, const uint8_t *data, size_t size,
                    const Signature *signature)
{
        return crypto_sign_verify_detached(signature->bytes, data, size, key->bytes) == 0;
}
