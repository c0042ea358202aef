/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/crypto.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>

#include "e2ee/sign.h"
#include "e2ee/wipe.h"

static_assert(MLS_HASH_SIZE == crypto_hash_sha256_BYTES, "hash size");

static const char prefix[] = "MLS 1.0 ";
enum { PREFIX_SIZE = sizeof(prefix) - 1 };

void mls_hash(const MlsSlice *parts, size_t count, MlsHash *out)
{
        crypto_hash_sha256_state state;

        crypto_hash_sha256_init(&state);
        for (size_t i = 0; i < count; i++) {
                if (parts[i].size > 0)
                        crypto_hash_sha256_update(&state, parts[i].data, parts[i].size);
        }
        crypto_hash_sha256_final(&state, out->bytes);
}

void mls_ref_hash(const char *label, MlsSlice value, MlsHash *out)
{
        uint8_t label_length[4], value_length[4];
        MlsSlice label_slice = mls_string(label);
        const MlsSlice parts[] = {
                        mls_slice(label_length, mls_encode_length(label_slice.size, label_length)),
                        label_slice,
                        mls_slice(value_length, mls_encode_length(value.size, value_length)),
                        value,
        };

        mls_hash(parts, 4, out);
}

bool mls_hash_equal(const MlsHash *a, const MlsHash *b)
{
        return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* KDFLabel: length, label, context. */
void mls_expand_with_label(const MlsSecret *secret, MlsSlice label, MlsSlice context, uint8_t *out,
                           size_t size)
{
        const uint8_t length[2] = {(uint8_t)(size >> 8), (uint8_t)size};
        uint8_t label_length[4], context_length[4];
        const MlsSlice parts[] = {
                        mls_slice(length, sizeof(length)),
                        mls_slice(label_length, mls_encode_length(PREFIX_SIZE + label.size, label_length)),
                        mls_slice(prefix, PREFIX_SIZE),
                        label,
                        mls_slice(context_length, mls_encode_length(context.size, context_length)),
                        context,
        };

        mls_expand(secret, parts, 6, out, size);
}

void mls_derive_secret(const MlsSecret *secret, const char *label, MlsSecret *out)
{
        MlsSecret derived; /* so that out may be the secret itself */
        E2EE_WIPE(derived);

        mls_expand_with_label(secret, mls_string(label), (MlsSlice){0}, derived.bytes,
                              sizeof(derived.bytes));
        *out = derived;
}

void mls_derive_tree_secret(const MlsSecret *secret, const char *label, uint32_t generation, uint8_t *out,
                            size_t size)
{
        uint8_t context[4];
        ByteWriter writer = byte_writer(context, sizeof(context));

        write_u32(&writer, generation);
        mls_expand_with_label(secret, mls_string(label), mls_slice(context, sizeof(context)), out, size);
}

/* HKDF's extraction is HMAC-SHA256 with the salt as its key. */
void mls_mac(const MlsSecret *key, const MlsSlice *parts, size_t count, MlsHash *out)
{
        MlsSecret mac;

        mls_extract(mls_secret_slice(key), parts, count, &mac);
        memcpy(out->bytes, mac.bytes, sizeof(out->bytes));
}

/* SignContent: the label behind the prefix, and the content. */
static void write_labelled(MlsWriter *writer, const char *label, MlsSlice content)
{
        size_t begin = mls_begin_vector(writer);

        mls_write_bytes(writer, prefix, PREFIX_SIZE);
        mls_write_slice(writer, mls_string(label));
        mls_end_vector(writer, begin);
        mls_write_vector(writer, content);
}

int mls_sign_with_label(const SigningSecretKey *key, const char *label, MlsSlice content, Signature *out)
{
        MLS_WRITER(input);

        write_labelled(&input, label, content);
        if (input.error != 0)
                return input.error;
        /* Fails for no input: the return code has no meaning in libsodium, and is looked at all the same. */
        if (crypto_sign_detached(out->bytes, NULL, input.data, input.size, key->bytes) != 0)
                abort();
        return 0;
}

int mls_verify_with_label(const SigningPublicKey *key, const char *label, MlsSlice content,
                          MlsSlice signature)
{
        MLS_WRITER(input);
        Signature fixed;

        if (signature.size != sizeof(fixed.bytes))
                return MLS_FORGED;
        memcpy(fixed.bytes, signature.data, sizeof(fixed.bytes));
        write_labelled(&input, label, content);
        if (input.error != 0)
                return input.error;
        return ed25519_verify(key, input.data, input.size, &fixed) ? 0 : MLS_FORGED;
}

void mls_read_hpke_ciphertext(ByteReader *reader, MlsHpkeCiphertext *out)
{
        out->kem_output = mls_read_vector(reader);
        out->ciphertext = mls_read_vector(reader);
}

void mls_encrypt_context(const char *label, MlsSlice context, HpkeInfo *out)
{
        uint8_t label_length[4], context_length[4];
        MlsSlice label_slice = mls_string(label);
        const MlsSlice parts[] = {
                        mls_slice(label_length,
                                  mls_encode_length(PREFIX_SIZE + label_slice.size, label_length)),
                        mls_slice(prefix, PREFIX_SIZE),
                        label_slice,
                        mls_slice(context_length, mls_encode_length(context.size, context_length)),
                        context,
        };

        hpke_info_init(out, parts, 5);
}

int mls_encrypt_with_label(const DhPublicKey *to, const HpkeInfo *info, MlsSlice plaintext,
                           const E2eeContext *random, MlsWriter *out)
{
        uint8_t kem_output[HPKE_KEM_OUTPUT_SIZE], length[4];
        size_t sealed_size = plaintext.size + HPKE_TAG_SIZE, begin;

        mls_write_u8(out, HPKE_KEM_OUTPUT_SIZE);
        begin = out->size;
        mls_write_zeros(out, HPKE_KEM_OUTPUT_SIZE);
        mls_write_bytes(out, length, mls_encode_length(sealed_size, length));
        mls_write_zeros(out, sealed_size);
        if (out->error != 0)
                return out->error;
        if (hpke_seal(to, info, plaintext, random, kem_output, out->data + out->size - sealed_size) != 0)
                return MLS_INVALID_LEAF;
        memcpy(out->data + begin, kem_output, sizeof(kem_output));
        return 0;
}

int mls_decrypt_with_label(const DhKeyPair *at, const char *label, MlsSlice context,
                           const MlsHpkeCiphertext *ciphertext, uint8_t *out)
{
        HpkeInfo info;

        if (ciphertext->kem_output.size != HPKE_KEM_OUTPUT_SIZE)
                return MLS_FORGED;
        mls_encrypt_context(label, context, &info);
        if (hpke_open(at, ciphertext->kem_output.data, &info, ciphertext->ciphertext, out) != 0)
                return MLS_FORGED;
        return 0;
}

void mls_aead_seal(const MlsAeadKey *key, MlsSlice aad, const uint8_t *plaintext, size_t size, uint8_t *out)
{
        /* Always 0 for sizes below 256 GiB. */
        if (crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plaintext, size, aad.data, aad.size, NULL,
                                                      key->nonce, key->key) != 0)
                abort();
}

int mls_aead_open(const MlsAeadKey *key, MlsSlice aad, const uint8_t *sealed, size_t size, uint8_t *out)
{
        if (size < MLS_AEAD_TAG_SIZE ||
            crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, size, aad.data, aad.size,
                                                      key->nonce, key->key) != 0)
                return MLS_FORGED;
        return 0;
}

bool mls_dh_key_from(MlsSlice encoded, DhPublicKey *out)
{
        if (encoded.size != sizeof(out->bytes))
                return false;
        memcpy(out->bytes, encoded.data, sizeof(out->bytes));
        return true;
}

bool mls_signing_key_from(MlsSlice encoded, SigningPublicKey *out)
{
        if (encoded.size != sizeof(out->bytes))
                return false;
        memcpy(out->bytes, encoded.data, sizeof(out->bytes));
        return true;
}

/*
 * The points of small order on Curve25519 and its twist, in all encodings below 2^255. X25519 ignores the
 * highest bit.
 */
bool mls_dh_key_is_usable(const DhPublicKey *key)
{
        static const DhPublicKey small[] = {
                        {{0}},
                        {{1}},
                        {{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
                          0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
                          0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00}},
                        {{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
                          0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
                          0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57}},
                        /* p - 1, p and p + 1 */
                        {{0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
                        {{0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
                        {{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
        };
        DhPublicKey masked = *key;

        masked.bytes[31] &= 0x7f;
        for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
                if (memcmp(masked.bytes, small[i].bytes, sizeof(masked.bytes)) == 0)
                        return false;
        }
        return true;
}
