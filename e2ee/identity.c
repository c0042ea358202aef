/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/identity.h"

#include <sodium.h>
#include <stdlib.h>

#include "e2ee/bytes.h"
#include "e2ee/dh.h"
#include "e2ee/labels.h"
#include "e2ee/sign.h"
#include "e2ee/wipe.h"

enum { FORMAT = 1 };

/* What the identity key signs of the DH key: both keys, so that the signature belongs to this pair alone. */
static void signed_part(const PublicIdentity *identity, uint8_t out[static 64])
{
        memcpy(out, identity->signing_key.bytes, 32);
        memcpy(out + 32, identity->dh_key.bytes, 32);
}

void identity_generate(Identity *out, const E2eeContext *context)
{
        uint8_t seed[crypto_sign_SEEDBYTES], input[64];
        DhKeyPair pair;
        E2EE_WIPE(seed);
        E2EE_WIPE(pair);

        context->fill(context->userdata, seed, sizeof(seed));
        if (crypto_sign_seed_keypair(out->public_identity.signing_key.bytes, out->signing_secret_key.bytes,
                                     seed) != 0)
                abort();
        dh_generate(&pair, context);
        out->public_identity.dh_key = pair.public_key;
        out->dh_secret_key = pair.secret_key;

        signed_part(&out->public_identity, input);
        sign_labelled(&out->signing_secret_key, LABEL_SIGN_IDENTITY_DH_KEY, input, sizeof(input),
                      &out->public_identity.dh_key_signature);
}

void identity_wipe(Identity *identity)
{
        sodium_memzero(identity, sizeof(*identity));
}

static void write_public(ByteWriter *writer, const PublicIdentity *identity)
{
        write_u8(writer, FORMAT);
        write_bytes(writer, identity->signing_key.bytes, 32);
        write_bytes(writer, identity->dh_key.bytes, 32);
        write_bytes(writer, identity->dh_key_signature.bytes, 64);
}

static int read_public(ByteReader *reader, PublicIdentity *out)
{
        uint8_t format = read_u8(reader), input[64];

        read_bytes(reader, out->signing_key.bytes, 32);
        read_bytes(reader, out->dh_key.bytes, 32);
        read_bytes(reader, out->dh_key_signature.bytes, 64);
        if (reader->failed || format != FORMAT)
                return IDENTITY_MALFORMED;
        signed_part(out, input);
        if (!verify_labelled(&out->signing_key, LABEL_SIGN_IDENTITY_DH_KEY, input, sizeof(input),
                             &out->dh_key_signature))
                return IDENTITY_BAD_SIGNATURE;
        /* Signed or not: with a point of small order, every key agreement has the same result. */
        if (!dh_public_key_is_usable(&out->dh_key))
                return IDENTITY_MALFORMED;
        return 0;
}

size_t public_identity_encode(const PublicIdentity *identity, uint8_t out[static PUBLIC_IDENTITY_SIZE])
{
        ByteWriter writer = byte_writer(out, PUBLIC_IDENTITY_SIZE);

        write_public(&writer, identity);
        return writer.size;
}

int public_identity_decode(const uint8_t *data, size_t size, PublicIdentity *out)
{
        ByteReader reader = byte_reader(data, size);
        int r = read_public(&reader, out);

        if (r == 0 && !reader_done(&reader))
                return IDENTITY_MALFORMED;
        return r;
}

size_t identity_encode(const Identity *identity, uint8_t out[static IDENTITY_ENCODED_SIZE])
{
        ByteWriter writer = byte_writer(out, IDENTITY_ENCODED_SIZE);

        write_public(&writer, &identity->public_identity);
        /* The seed; the rest of it follows. */
        write_bytes(&writer, identity->signing_secret_key.bytes, 32);
        write_bytes(&writer, identity->dh_secret_key.bytes, 32);
        return writer.size;
}

/* The secret keys must be those of the public identity: a damaged store shows here, and not at a peer. */
static bool secrets_fit(const Identity *identity)
{
        DhKeyPair pair = {identity->public_identity.dh_key, identity->dh_secret_key};
        E2EE_WIPE(pair);

        return sodium_memcmp(identity->signing_secret_key.bytes + 32,
                             identity->public_identity.signing_key.bytes, 32) == 0 &&
               dh_key_pair_fits(&pair);
}

int identity_decode(const uint8_t *data, size_t size, Identity *out)
{
        ByteReader reader = byte_reader(data, size);
        uint8_t seed[crypto_sign_SEEDBYTES], public_key[32];
        E2EE_WIPE(seed);
        int r;

        r = read_public(&reader, &out->public_identity);
        if (r != 0)
                return r;
        read_bytes(&reader, seed, sizeof(seed));
        read_bytes(&reader, out->dh_secret_key.bytes, 32);
        if (reader_done(&reader) &&
            crypto_sign_seed_keypair(public_key, out->signing_secret_key.bytes, seed) == 0 &&
            secrets_fit(out))
                return 0;
        identity_wipe(out);
        return IDENTITY_MALFORMED;
}
