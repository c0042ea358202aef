/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/key-package.h"

#include <errno.h>
#include <sodium.h>

#include "e2ee/dh.h"
#include "e2ee/mls/limits.h"
#include "e2ee/wipe.h"

void mls_read_key_package(ByteReader *reader, MlsKeyPackage *out)
{
        ByteReader begin = *reader;

        *out = (MlsKeyPackage){0};
        out->version = read_u16(reader);
        out->cipher_suite = read_u16(reader);
        out->init_key = mls_read_vector(reader);
        mls_read_leaf_node(reader, &out->leaf_node);
        out->extensions = mls_read_extensions(reader);
        out->unsigned_part = mls_read_since(&begin, reader);
        out->signature = mls_read_vector(reader);
        out->encoded = mls_read_since(&begin, reader);
}

int mls_decode_key_package(MlsSlice encoded, MlsKeyPackage *out)
{
        ByteReader reader = mls_reader(encoded);

        mls_read_key_package(&reader, out);
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

static void write_unsigned(MlsWriter *writer, const MlsKeyPackage *package)
{
        mls_write_u16(writer, package->version);
        mls_write_u16(writer, package->cipher_suite);
        mls_write_vector(writer, package->init_key);
        mls_write_leaf_node(writer, &package->leaf_node);
        mls_write_vector(writer, package->extensions);
}

void mls_write_key_package(MlsWriter *writer, const MlsKeyPackage *package)
{
        write_unsigned(writer, package);
        mls_write_vector(writer, package->signature);
}

void mls_key_package_reference(const MlsKeyPackage *package, MlsHash *out)
{
        mls_ref_hash(MLS_LABEL_KEY_PACKAGE_REFERENCE, package->encoded, out);
}

int mls_check_key_package(const MlsKeyPackage *package)
{
        SigningPublicKey signing_key;
        DhPublicKey init_key;
        int r;

        if (package->version != MLS_VERSION || package->cipher_suite != MLS_CIPHER_SUITE)
                return MLS_UNSUPPORTED;
        r = mls_check_leaf_node(&package->leaf_node);
        if (r != 0)
                return r;
        if (package->leaf_node.source != MLS_LEAF_OF_KEY_PACKAGE ||
            !mls_dh_key_from(package->init_key, &init_key) || !mls_dh_key_is_usable(&init_key) ||
            mls_slice_equal(package->init_key, package->leaf_node.encryption_key) ||
            !mls_signing_key_from(package->leaf_node.signature_key, &signing_key))
                return MLS_INVALID_LEAF;
        r = mls_verify_leaf_node(&package->leaf_node, (MlsSlice){0}, 0);
        if (r != 0)
                return r;
        return mls_verify_with_label(&signing_key, MLS_LABEL_KEY_PACKAGE, package->unsigned_part,
                                     package->signature);
}

int mls_check_lifetime(const MlsLeafNode *leaf, const E2eeContext *context)
{
        uint64_t now = context->now_ms / 1000;

        if (leaf->source != MLS_LEAF_OF_KEY_PACKAGE)
                return 0;
        if (leaf->not_after < leaf->not_before || leaf->not_after - leaf->not_before > MLS_LIFETIME_MAX)
                return MLS_EXPIRED;
        if (leaf->not_before > now + MLS_CLOCK_SKEW || leaf->not_after < now)
                return MLS_EXPIRED;
        return 0;
}

static int sign_key_package(const MlsKeyPackage *package, const SigningSecretKey *key, MlsBuffer *out)
{
        Signature signature;
        MLS_WRITER(writer);
        int r;

        write_unsigned(&writer, package);
        if (writer.error != 0)
                return writer.error;
        r = mls_sign_with_label(key, MLS_LABEL_KEY_PACKAGE, mls_written(&writer), &signature);
        if (r != 0)
                return r;
        mls_write_vector(&writer, mls_slice(signature.bytes, sizeof(signature.bytes)));
        return mls_writer_finish(&writer, out);
}

int mls_key_package_generate(const MlsClient *client, const E2eeContext *context,
                             MlsKeyPackageSecrets *secrets, MlsBuffer *out)
{
        __attribute__((cleanup(mls_leaf_template_deinit))) MlsLeafTemplate leaf = {0};
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer encoded_leaf = {0};
        uint64_t now = context->now_ms / 1000;
        MlsKeyPackage package = {.version = MLS_VERSION, .cipher_suite = MLS_CIPHER_SUITE};
        int r;

        dh_generate(&secrets->init, context);
        dh_generate(&secrets->encryption, context);
        secrets->signing = *client->signing_key;

        r = mls_leaf_template_init(&leaf, client, context);
        if (r != 0)
                return r;
        leaf.leaf.encryption_key = mls_slice(secrets->encryption.public_key.bytes, sizeof(DhPublicKey));
        leaf.leaf.source = MLS_LEAF_OF_KEY_PACKAGE;
        leaf.leaf.not_before = now > MLS_CLOCK_SKEW ? now - MLS_CLOCK_SKEW : 0;
        leaf.leaf.not_after = now + client->lifetime_s;
        r = mls_sign_leaf_node(&leaf.leaf, client->signing_key, (MlsSlice){0}, 0, &encoded_leaf);
        if (r != 0)
                return r;
        if (mls_decode_leaf_node(mls_slice_of(&encoded_leaf), &package.leaf_node) != 0)
                return -EINVAL; /* a credential or extensions that the caller should not have asked for */
        package.init_key = mls_slice(secrets->init.public_key.bytes, sizeof(DhPublicKey));
        return sign_key_package(&package, client->signing_key, out);
}
