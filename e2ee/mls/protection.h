/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/framing.h"
#include "e2ee/mls/secret-tree.h"

/*
 * Message protection (RFC 9420 sections 6.1 to 6.3). group_context is the encoded GroupContext of the epoch.
 */

/* Signs a content, whose `encoded` is set (FramedContentTBS). 0 or -ENOMEM. */
int mls_sign_content(const MlsFramedContent *content, MlsWireFormat wire_format, MlsSlice group_context,
                     const SigningSecretKey *key, Signature *out);
/* 0, MLS_FORGED or -ENOMEM. */
int mls_verify_content(const MlsAuthenticatedContent *content, MlsSlice group_context,
                       const SigningPublicKey *key);

/* MakeProposalRef (section 5.2). */
void mls_proposal_reference(const MlsAuthenticatedContent *content, MlsHash *out);

/*
 * Section 6.2. An MLSMessage; membership_key is NULL for senders that are no members. 0 or negative errno.
 */
int mls_protect_public(const MlsAuthenticatedContent *content, MlsSlice group_context,
                       const MlsSecret *membership_key, MlsBuffer *out);
/* The membership tag. 0, MLS_FORGED or -ENOMEM. */
int mls_check_membership(const MlsPublicMessage *message, MlsSlice group_context,
                         const MlsSecret *membership_key);
/* The AuthenticatedContent of a public message, encoded. */
int mls_public_content(const MlsPublicMessage *message, MlsBuffer *out);

/* Section 6.3. */
typedef struct MlsSenderData {
        uint32_t leaf;
        uint32_t generation;
        uint8_t reuse_guard[4];
} MlsSenderData;

/* An MLSMessage, padded to a bucket. 0 or negative errno. */
int mls_protect_private(const MlsAuthenticatedContent *content, const MlsSecret *sender_data_secret,
                        const MlsAeadKey *key, uint32_t generation, const E2eeContext *random,
                        MlsBuffer *out);
/* Key and nonce for the sender data (section 6.3.2). */
void mls_sender_data_key(const MlsSecret *sender_data_secret, MlsSlice ciphertext, MlsAeadKey *out);
/* 0, MLS_FORGED, MLS_MALFORMED or -ENOMEM. */
int mls_open_sender_data(const MlsPrivateMessage *message, const MlsSecret *sender_data_secret,
                         MlsSenderData *out);
/* The AuthenticatedContent, encoded: not verified yet. 0, MLS_FORGED, MLS_MALFORMED or -ENOMEM. */
int mls_open_private(const MlsPrivateMessage *message, const MlsSenderData *sender, const MlsAeadKey *key,
                     MlsBuffer *out);
/* The smallest bucket that holds so many bytes: 2^k or 1.5 * 2^k from 256 on, multiples of 32 KiB from 96
 * KiB on. */
size_t mls_padded_size(size_t size);
