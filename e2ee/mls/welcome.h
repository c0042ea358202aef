/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-context.h"
#include "e2ee/mls/psk.h"

/* What new members are given (RFC 9420 section 12.4.3), as it is on the wire. */
typedef struct MlsGroupInfo {
        MlsGroupContext context;
        MlsSlice extensions;
        MlsSlice confirmation_tag;
        uint32_t signer; /* leaf index */
        MlsSlice signature;
        MlsSlice unsigned_part; /* set by decoding */
} MlsGroupInfo;

void mls_read_group_info(ByteReader *reader, MlsGroupInfo *out);
void mls_write_group_info(MlsWriter *writer, const MlsGroupInfo *info);
int mls_decode_group_info(MlsSlice encoded, MlsGroupInfo *out); /* 0 or MLS_MALFORMED */
/* Signs the fields, and gives the encoded GroupInfo. 0 or negative errno. */
int mls_sign_group_info(const MlsGroupInfo *info, const SigningSecretKey *key, MlsBuffer *out);
int mls_verify_group_info(const MlsGroupInfo *info,
                          const SigningPublicKey *key); /* 0, MLS_FORGED, -ENOMEM */

/* Section 12.4.3.1. */
typedef struct MlsGroupSecrets {
        MlsSlice joiner_secret;
        bool has_path_secret;
        MlsSlice path_secret;
        MlsSlice psks; /* content of the vector of PreSharedKeyID */
        size_t psk_count;
} MlsGroupSecrets;

void mls_read_group_secrets(ByteReader *reader, MlsGroupSecrets *out);
void mls_write_group_secrets(MlsWriter *writer, const MlsGroupSecrets *secrets);
int mls_decode_group_secrets(MlsSlice encoded, MlsGroupSecrets *out); /* 0 or MLS_MALFORMED */

typedef struct MlsEncryptedGroupSecrets {
        MlsSlice new_member; /* reference of the key package */
        MlsHpkeCiphertext encrypted_group_secrets;
} MlsEncryptedGroupSecrets;

typedef struct MlsWelcome {
        uint16_t cipher_suite;
        MlsSlice secrets; /* content of the vector of EncryptedGroupSecrets */
        size_t secret_count;
        MlsSlice encrypted_group_info;
} MlsWelcome;

void mls_read_encrypted_group_secrets(ByteReader *reader, MlsEncryptedGroupSecrets *out);
void mls_write_encrypted_group_secrets(MlsWriter *writer, const MlsEncryptedGroupSecrets *secrets);
void mls_read_welcome(ByteReader *reader, MlsWelcome *out);
void mls_write_welcome(MlsWriter *writer, const MlsWelcome *welcome);
/* The entry for this key package; false if there is none. */
bool mls_find_in_welcome(const MlsWelcome *welcome, const MlsHash *reference, MlsEncryptedGroupSecrets *out);
