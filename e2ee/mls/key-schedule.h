/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/crypto.h"

/* The key schedule (RFC 9420 section 8). group_context is the encoded GroupContext of the new epoch. */
typedef struct MlsEpochSecrets {
        MlsSecret sender_data;
        MlsSecret encryption;
        MlsSecret exporter;
        MlsSecret external;
        MlsSecret confirmation;
        MlsSecret membership;
        MlsSecret resumption;
        MlsSecret authenticator;
        MlsSecret init;
} MlsEpochSecrets;

void mls_joiner_secret(const MlsSecret *init, const MlsSecret *commit_secret, MlsSlice group_context,
                       MlsSecret *out);
void mls_welcome_secret(const MlsSecret *joiner, const MlsSecret *psk_secret, MlsSecret *out);
void mls_epoch_secrets(const MlsSecret *joiner, const MlsSecret *psk_secret, MlsSlice group_context,
                       MlsEpochSecrets *out);
/* From an epoch secret, which only the creator of a group has as such (section 11). */
void mls_epoch_secrets_of(const MlsSecret *epoch_secret, MlsEpochSecrets *out);

/* welcome_key and welcome_nonce (section 12.4.3.1). */
void mls_welcome_key(const MlsSecret *welcome_secret, MlsAeadKey *out);
/* external_priv and external_pub. */
void mls_external_pair(const MlsSecret *external_secret, DhKeyPair *out);
/* MLS-Exporter (section 8.5). size: at most MLS_EXPORT_MAX. */
void mls_export(const MlsSecret *exporter_secret, MlsSlice label, MlsSlice context, uint8_t *out,
                size_t size);

/* Transcript hashes (section 8.2). before is empty or the interim hash; content an AuthenticatedContent. */
struct MlsAuthenticatedContent;
void mls_confirmed_hash(MlsSlice before, const struct MlsAuthenticatedContent *content, MlsHash *out);
void mls_interim_hash(MlsSlice confirmed, const MlsHash *confirmation_tag, MlsHash *out);
/* confirmation_tag (section 6.1). */
void mls_confirmation_tag(const MlsSecret *confirmation_key, MlsSlice confirmed, MlsHash *out);
