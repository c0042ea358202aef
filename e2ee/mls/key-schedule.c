/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/key-schedule.h"

#include "e2ee/mls/framing.h"
#include "e2ee/wipe.h"

void mls_joiner_secret(const MlsSecret *init, const MlsSecret *commit_secret, MlsSlice group_context,
                       MlsSecret *out)
{
        const MlsSlice commit = mls_secret_slice(commit_secret);
        MlsSecret extracted;
        E2EE_WIPE(extracted);

        mls_extract(mls_secret_slice(init), &commit, 1, &extracted);
        mls_expand_with_label(&extracted, mls_string("joiner"), group_context, out->bytes,
                              sizeof(out->bytes));
}

/* What welcome_secret and epoch_secret come from; it has no name in the RFC. */
static void extract_psk(const MlsSecret *joiner, const MlsSecret *psk_secret, MlsSecret *out)
{
        const MlsSlice psk = mls_secret_slice(psk_secret);

        mls_extract(mls_secret_slice(joiner), &psk, 1, out);
}

void mls_welcome_secret(const MlsSecret *joiner, const MlsSecret *psk_secret, MlsSecret *out)
{
        extract_psk(joiner, psk_secret, out);
        mls_derive_secret(out, "welcome", out);
}

void mls_epoch_secrets_of(const MlsSecret *epoch_secret, MlsEpochSecrets *out)
{
        mls_derive_secret(epoch_secret, "sender data", &out->sender_data);
        mls_derive_secret(epoch_secret, "encryption", &out->encryption);
        mls_derive_secret(epoch_secret, "exporter", &out->exporter);
        mls_derive_secret(epoch_secret, "external", &out->external);
        mls_derive_secret(epoch_secret, "confirm", &out->confirmation);
        mls_derive_secret(epoch_secret, "membership", &out->membership);
        mls_derive_secret(epoch_secret, "resumption", &out->resumption);
        mls_derive_secret(epoch_secret, "authentication", &out->authenticator);
        mls_derive_secret(epoch_secret, "init", &out->init);
}

void mls_epoch_secrets(const MlsSecret *joiner, const MlsSecret *psk_secret, MlsSlice group_context,
                       MlsEpochSecrets *out)
{
        MlsSecret extracted, epoch_secret;
        E2EE_WIPE(extracted);
        E2EE_WIPE(epoch_secret);

        extract_psk(joiner, psk_secret, &extracted);
        mls_expand_with_label(&extracted, mls_string("epoch"), group_context, epoch_secret.bytes,
                              sizeof(epoch_secret.bytes));
        mls_epoch_secrets_of(&epoch_secret, out);
}

void mls_welcome_key(const MlsSecret *welcome_secret, MlsAeadKey *out)
{
        mls_expand_with_label(welcome_secret, mls_string("nonce"), (MlsSlice){0}, out->nonce,
                              sizeof(out->nonce));
        mls_expand_with_label(welcome_secret, mls_string("key"), (MlsSlice){0}, out->key, sizeof(out->key));
}

void mls_external_pair(const MlsSecret *external_secret, DhKeyPair *out)
{
        hpke_derive_key_pair(mls_secret_slice(external_secret), out);
}

void mls_export(const MlsSecret *exporter_secret, MlsSlice label, MlsSlice context, uint8_t *out,
                size_t size)
{
        MlsSecret derived;
        MlsHash hash;
        E2EE_WIPE(derived);

        mls_expand_with_label(exporter_secret, label, (MlsSlice){0}, derived.bytes, sizeof(derived.bytes));
        mls_hash(&context, 1, &hash);
        mls_expand_with_label(&derived, mls_string("exported"), mls_hash_slice(&hash), out, size);
}

/* ConfirmedTranscriptHashInput. */
void mls_confirmed_hash(MlsSlice before, const MlsAuthenticatedContent *content, MlsHash *out)
{
        const uint8_t wire_format[2] = {0, (uint8_t)content->wire_format};
        uint8_t length[4];
        const MlsSlice parts[] = {
                        before,
                        mls_slice(wire_format, sizeof(wire_format)),
                        content->content.encoded,
                        mls_slice(length, mls_encode_length(content->auth.signature.size, length)),
                        content->auth.signature,
        };

        mls_hash(parts, 5, out);
}

/* InterimTranscriptHashInput. */
void mls_interim_hash(MlsSlice confirmed, const MlsHash *confirmation_tag, MlsHash *out)
{
        static const uint8_t length = MLS_HASH_SIZE;
        const MlsSlice parts[] = {confirmed, mls_slice(&length, 1), mls_hash_slice(confirmation_tag)};

        mls_hash(parts, 3, out);
}

void mls_confirmation_tag(const MlsSecret *confirmation_key, MlsSlice confirmed, MlsHash *out)
{
        mls_mac(confirmation_key, &confirmed, 1, out);
}
