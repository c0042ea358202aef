/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/hpke.h"

#include <assert.h>
#include <sodium.h>

#include "e2ee/dh.h"
#include "e2ee/wipe.h"

static_assert(HPKE_KEY_SIZE == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "key size");
static_assert(HPKE_NONCE_SIZE == crypto_aead_chacha20poly1305_ietf_NPUBBYTES, "nonce size");
static_assert(HPKE_TAG_SIZE == crypto_aead_chacha20poly1305_ietf_ABYTES, "tag size");

enum { MODE_BASE = 0, IKM_PARTS_MAX = 6 };

/* suite_id of section 4.1, and that of section 5.1: kem_id, kdf_id, aead_id. */
static const uint8_t kem_suite[] = {'K', 'E', 'M', 0x00, 0x20};
static const uint8_t hpke_suite[] = {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03};

typedef struct Suite {
        const uint8_t *id;
        size_t size;
} Suite;

static const Suite in_kem = {kem_suite, sizeof(kem_suite)};
static const Suite in_hpke = {hpke_suite, sizeof(hpke_suite)};

typedef struct HpkeContext { /* section 5.1 */
        uint8_t key[HPKE_KEY_SIZE];
        uint8_t base_nonce[HPKE_NONCE_SIZE];
        MlsSecret secret;
        MlsSlice info; /* key_schedule_context */
} HpkeContext;

/* Section 4: LabeledExtract; the ikm in parts. */
static void labeled_extract_parts(Suite suite, MlsSlice salt, const char *label, const MlsSlice *ikm,
                                  size_t count, MlsSecret *out)
{
        MlsSlice parts[3 + IKM_PARTS_MAX] = {mls_string("HPKE-v1"), mls_slice(suite.id, suite.size),
                                             mls_string(label)};

        assert(count <= IKM_PARTS_MAX);
        for (size_t i = 0; i < count; i++)
                parts[3 + i] = ikm[i];
        mls_extract(salt, parts, 3 + count, out);
}

static void labeled_extract(Suite suite, MlsSlice salt, const char *label, MlsSlice ikm, MlsSecret *out)
{
        labeled_extract_parts(suite, salt, label, &ikm, 1, out);
}

/* Section 4: LabeledExpand. */
static void labeled_expand(Suite suite, const MlsSecret *prk, const char *label, MlsSlice info, uint8_t *out,
                           size_t size)
{
        const uint8_t length[2] = {(uint8_t)(size >> 8), (uint8_t)size};
        const MlsSlice parts[] = {mls_slice(length, 2), mls_string("HPKE-v1"),
                                  mls_slice(suite.id, suite.size), mls_string(label), info};

        mls_expand(prk, parts, 5, out, size);
}

void hpke_derive_key_pair(MlsSlice ikm, DhKeyPair *out)
{
        MlsSecret prk;
        E2EE_WIPE(prk);

        labeled_extract(in_kem, (MlsSlice){0}, "dkp_prk", ikm, &prk);
        labeled_expand(in_kem, &prk, "sk", (MlsSlice){0}, out->secret_key.bytes,
                       sizeof(out->secret_key.bytes));
        /* Fails for no input, as the base point is not of small order. */
        if (crypto_scalarmult_base(out->public_key.bytes, out->secret_key.bytes) != 0)
                abort();
}

/* Section 4.1: ExtractAndExpand, with kem_context = enc || pkR. */
static void extract_and_expand(const uint8_t shared[static DH_OUTPUT_SIZE], const uint8_t *enc,
                               const DhPublicKey *receiver, MlsSecret *out)
{
        uint8_t kem_context[2 * sizeof(receiver->bytes)];
        MlsSecret prk;
        E2EE_WIPE(prk);

        memcpy(kem_context, enc, sizeof(receiver->bytes));
        memcpy(kem_context + sizeof(receiver->bytes), receiver->bytes, sizeof(receiver->bytes));
        labeled_extract(in_kem, (MlsSlice){0}, "eae_prk", mls_slice(shared, DH_OUTPUT_SIZE), &prk);
        labeled_expand(in_kem, &prk, "shared_secret", mls_slice(kem_context, sizeof(kem_context)),
                       out->bytes, sizeof(out->bytes));
}

/* Section 4.1: Encap. */
static int encap(const DhPublicKey *to, const E2eeContext *context, uint8_t *enc, MlsSecret *out)
{
        uint8_t shared[DH_OUTPUT_SIZE];
        DhKeyPair ephemeral;
        E2EE_WIPE(shared);
        E2EE_WIPE(ephemeral);

        dh_generate(&ephemeral, context);
        if (dh(&ephemeral.secret_key, to, shared) != 0)
                return HPKE_FAILED;
        memcpy(enc, ephemeral.public_key.bytes, HPKE_KEM_OUTPUT_SIZE);
        extract_and_expand(shared, enc, to, out);
        return 0;
}

/* Section 4.1: Decap. */
static int decap(const DhKeyPair *at, const uint8_t *enc, MlsSecret *out)
{
        uint8_t shared[DH_OUTPUT_SIZE];
        DhPublicKey ephemeral;
        E2EE_WIPE(shared);

        memcpy(ephemeral.bytes, enc, sizeof(ephemeral.bytes));
        if (dh(&at->secret_key, &ephemeral, shared) != 0)
                return HPKE_FAILED;
        extract_and_expand(shared, enc, &at->public_key, out);
        return 0;
}

/* Section 5.1: key_schedule_context, with neither psk nor psk_id. */
void hpke_info_init(HpkeInfo *out, const MlsSlice *parts, size_t count)
{
        MlsSecret hash;

        out->context[0] = MODE_BASE;
        labeled_extract(in_hpke, (MlsSlice){0}, "psk_id_hash", (MlsSlice){0}, &hash);
        memcpy(out->context + 1, hash.bytes, sizeof(hash.bytes));
        labeled_extract_parts(in_hpke, (MlsSlice){0}, "info_hash", parts, count, &hash);
        memcpy(out->context + 1 + MLS_HASH_SIZE, hash.bytes, sizeof(hash.bytes));
}

/* Section 5.1: KeySchedule. The exporter secret is derived where it is needed. */
static void key_schedule(const MlsSecret *shared_secret, const HpkeInfo *info, HpkeContext *out)
{
        labeled_extract(in_hpke, mls_slice(shared_secret->bytes, sizeof(shared_secret->bytes)), "secret",
                        (MlsSlice){0}, &out->secret);
        out->info = mls_slice(info->context, sizeof(info->context));
        labeled_expand(in_hpke, &out->secret, "key", out->info, out->key, sizeof(out->key));
        labeled_expand(in_hpke, &out->secret, "base_nonce", out->info, out->base_nonce,
                       sizeof(out->base_nonce));
}

int hpke_seal(const DhPublicKey *to, const HpkeInfo *info, MlsSlice plaintext, const E2eeContext *context,
              uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE], uint8_t *ciphertext)
{
        MlsSecret shared_secret;
        HpkeContext sender;
        int r;
        E2EE_WIPE(shared_secret);
        E2EE_WIPE(sender);

        r = encap(to, context, kem_output, &shared_secret);
        if (r != 0)
                return r;
        key_schedule(&shared_secret, info, &sender);
        /* Always 0 for sizes below 256 GiB. */
        if (crypto_aead_chacha20poly1305_ietf_encrypt(ciphertext, NULL, plaintext.data, plaintext.size, NULL,
                                                      0, NULL, sender.base_nonce, sender.key) != 0)
                abort();
        return 0;
}

int hpke_open(const DhKeyPair *at, const uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE],
              const HpkeInfo *info, MlsSlice ciphertext, uint8_t *plaintext)
{
        MlsSecret shared_secret;
        HpkeContext receiver;
        E2EE_WIPE(shared_secret);
        E2EE_WIPE(receiver);

        if (ciphertext.size < HPKE_TAG_SIZE || decap(at, kem_output, &shared_secret) != 0)
                return HPKE_FAILED;
        key_schedule(&shared_secret, info, &receiver);
        if (crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, NULL, NULL, ciphertext.data,
                                                      ciphertext.size, NULL, 0, receiver.base_nonce,
                                                      receiver.key) != 0)
                return HPKE_FAILED;
        return 0;
}

/* Section 5.3: Context.Export. */
static void export_secret(const HpkeContext *from, const char *exporter_context, MlsSecret *out)
{
        MlsSecret exporter_secret;
        E2EE_WIPE(exporter_secret);

        labeled_expand(in_hpke, &from->secret, "exp", from->info, exporter_secret.bytes,
                       sizeof(exporter_secret.bytes));
        labeled_expand(in_hpke, &exporter_secret, "sec", mls_string(exporter_context), out->bytes,
                       sizeof(out->bytes));
}

int hpke_send_export(const DhPublicKey *to, const char *exporter_context, const E2eeContext *context,
                     uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE], MlsSecret *out)
{
        MlsSecret shared_secret;
        HpkeContext sender;
        HpkeInfo info;
        E2EE_WIPE(shared_secret);
        E2EE_WIPE(sender);

        if (encap(to, context, kem_output, &shared_secret) != 0)
                return HPKE_FAILED;
        hpke_info_init(&info, NULL, 0);
        key_schedule(&shared_secret, &info, &sender);
        export_secret(&sender, exporter_context, out);
        return 0;
}

int hpke_receive_export(const DhKeyPair *at, const uint8_t kem_output[static HPKE_KEM_OUTPUT_SIZE],
                        const char *exporter_context, MlsSecret *out)
{
        MlsSecret shared_secret;
        HpkeContext receiver;
        HpkeInfo info;
        E2EE_WIPE(shared_secret);
        E2EE_WIPE(receiver);

        if (decap(at, kem_output, &shared_secret) != 0)
                return HPKE_FAILED;
        hpke_info_init(&info, NULL, 0);
        key_schedule(&shared_secret, &info, &receiver);
        export_secret(&receiver, exporter_context, out);
        return 0;
}
