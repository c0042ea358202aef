/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/crypto.h"
#include "e2ee/mls/extension.h"

/* Credentials (RFC 9420 section 5.3). What they mean is the application's affair. */
enum {
        MLS_CREDENTIAL_BASIC = 1,
        MLS_CREDENTIAL_X509 = 2,
};

typedef struct MlsCredential {
        uint16_t type;
        MlsSlice content; /* basic: the identity; x509: the content of the vector of certificates */
        MlsSlice encoded;
} MlsCredential;

void mls_read_credential(ByteReader *reader, MlsCredential *out);
void mls_write_credential(MlsWriter *writer, const MlsCredential *credential);

/* Leaf nodes (section 7.2). */
typedef struct MlsCapabilities { /* vectors of numbers of two bytes */
        MlsSlice versions, cipher_suites, extensions, proposals, credentials;
} MlsCapabilities;

typedef enum MlsLeafSource {
        MLS_LEAF_OF_KEY_PACKAGE = 1,
        MLS_LEAF_OF_UPDATE = 2,
        MLS_LEAF_OF_COMMIT = 3,
} MlsLeafSource;

typedef struct MlsLeafNode {
        MlsSlice encryption_key;
        MlsSlice signature_key;
        MlsCredential credential;
        MlsCapabilities capabilities;
        MlsLeafSource source;
        uint64_t not_before, not_after; /* of a key package: seconds since 1970 */
        MlsSlice parent_hash;           /* of a commit */
        MlsSlice extensions;
        MlsSlice signature;
        MlsSlice unsigned_part; /* what stands before the signature; set by decoding */
        MlsSlice encoded;       /* the whole; set by decoding */
} MlsLeafNode;

void mls_read_leaf_node(ByteReader *reader, MlsLeafNode *out);
void mls_write_leaf_node(MlsWriter *writer, const MlsLeafNode *leaf);
/* 0 or MLS_MALFORMED. */
int mls_decode_leaf_node(MlsSlice encoded, MlsLeafNode *out);

/*
 * Signs the fields (LeafNodeTBS; its signature, unsigned_part and encoded do not count) and gives the
 * encoded leaf node. group_id and index are of meaning for sources other than key packages. 0 or negative
 * errno.
 */
int mls_sign_leaf_node(const MlsLeafNode *leaf, const SigningSecretKey *key, MlsSlice group_id,
                       uint32_t index, MlsBuffer *out);
/* The signature of a decoded leaf node. 0, MLS_FORGED, MLS_INVALID_LEAF or -ENOMEM. */
int mls_verify_leaf_node(const MlsLeafNode *leaf, MlsSlice group_id, uint32_t index);

/*
 * What section 7.3 asks of a leaf node alone: keys of the suite's form, the version and the suite among its
 * capabilities, and its own credential and extensions too. 0 or MLS_INVALID_LEAF.
 */
int mls_check_leaf_node(const MlsLeafNode *leaf);

/* Types that no list of capabilities names. */
static inline bool mls_proposal_is_default(uint16_t type)
{
        return type >= 1 && type <= 7;
}

/* The leaf's capabilities have all that this list of a required_capabilities extension asks for (11.1). */
bool mls_leaf_has_required(const MlsLeafNode *leaf, const MlsRequiredCapabilities *required);
/* It supports each extension of a group context (section 13.4). */
bool mls_leaf_supports_extensions(const MlsLeafNode *leaf, MlsSlice extensions);
