/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/leaf-node.h"

/* Key packages (RFC 9420 section 10): what a client publishes so that it can be added while it is away. */
typedef struct MlsKeyPackage {
        uint16_t version;
        uint16_t cipher_suite;
        MlsSlice init_key;
        MlsLeafNode leaf_node;
        MlsSlice extensions;
        MlsSlice signature;
        MlsSlice unsigned_part; /* set by decoding */
        MlsSlice encoded;       /* set by decoding */
} MlsKeyPackage;

void mls_read_key_package(ByteReader *reader, MlsKeyPackage *out);
void mls_write_key_package(MlsWriter *writer, const MlsKeyPackage *package);
/* 0 or MLS_MALFORMED. */
int mls_decode_key_package(MlsSlice encoded, MlsKeyPackage *out);

/* MakeKeyPackageRef (section 5.2). */
void mls_key_package_reference(const MlsKeyPackage *package, MlsHash *out);

/*
 * KeyPackage validation (section 10.1) as far as it needs no group: version and suite, both signatures, the
 * leaf node's own rules, and an init key of its own. 0, MLS_UNSUPPORTED, MLS_INVALID_LEAF, MLS_FORGED or
 * -ENOMEM. It does not look at the lifetime.
 */
int mls_check_key_package(const MlsKeyPackage *package);
/* The lifetime (section 7.3): 0 or MLS_EXPIRED. */
int mls_check_lifetime(const MlsLeafNode *leaf, const E2eeContext *context);

/*
 * What a client keeps of a key package of its own until a welcome comes for it. It may serve once; the
 * last-resort one serves for as long as it is published.
 */
typedef struct MlsKeyPackageSecrets {
        DhKeyPair init;
        DhKeyPair encryption; /* of the leaf */
        SigningSecretKey signing;
} MlsKeyPackageSecrets;

/* What a client says of itself in its leaf nodes. Slices are the caller's. */
typedef struct MlsClient {
        const SigningSecretKey *signing_key;
        MlsCredential credential; /* encoded need not be set */
        MlsSlice extension_types; /* non-default ones that the application handles: u16 each */
        MlsSlice leaf_extensions; /* content of a list of extensions, or none */
        uint64_t lifetime_s;      /* of key packages */
} MlsClient;

/*
 * Makes a key package with fresh keys and, as section 13.5 recommends, some GREASE. out is the encoded
 * KeyPackage (not an MLSMessage), to be released with mls_buffer_deinit(). Its lifetime begins an hour ago,
 * for clocks that are behind ours. 0 or negative errno.
 */
int mls_key_package_generate(const MlsClient *client, const E2eeContext *context,
                             MlsKeyPackageSecrets *secrets, MlsBuffer *out);

/* The fields of a leaf node that are the client's: credential, capabilities, extensions. */
typedef struct MlsLeafTemplate {
        MlsLeafNode leaf; /* source and keys are up to whoever signs it */
        SigningPublicKey signing_key;
        MlsBuffer extension_types, proposal_types, cipher_suites, credential_types, extensions;
} MlsLeafTemplate;

int mls_leaf_template_init(MlsLeafTemplate *out, const MlsClient *client, const E2eeContext *context);
void mls_leaf_template_deinit(MlsLeafTemplate *leaf);
