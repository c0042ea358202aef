/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/leaf-node.h"

#include "e2ee/mls/limits.h"

/* Section 5.3. Other types have no form that could be read. */
void mls_read_credential(ByteReader *reader, MlsCredential *out)
{
        ByteReader begin = *reader, certificates;

        out->type = read_u16(reader);
        if (out->type != MLS_CREDENTIAL_BASIC && out->type != MLS_CREDENTIAL_X509)
                reader->failed = true;
        out->content = mls_read_vector(reader);
        if (out->type == MLS_CREDENTIAL_X509) {
                certificates = mls_reader(out->content);
                while (certificates.left > 0 && !certificates.failed)
                        mls_read_vector(&certificates);
                if (certificates.failed)
                        reader->failed = true;
        }
        out->encoded = mls_read_since(&begin, reader);
}

void mls_write_credential(MlsWriter *writer, const MlsCredential *credential)
{
        mls_write_u16(writer, credential->type);
        mls_write_vector(writer, credential->content);
}

static void read_capabilities(ByteReader *reader, MlsCapabilities *out)
{
        out->versions = mls_read_u16_vector(reader);
        out->cipher_suites = mls_read_u16_vector(reader);
        out->extensions = mls_read_u16_vector(reader);
        out->proposals = mls_read_u16_vector(reader);
        out->credentials = mls_read_u16_vector(reader);
}

static void write_capabilities(MlsWriter *writer, const MlsCapabilities *capabilities)
{
        mls_write_vector(writer, capabilities->versions);
        mls_write_vector(writer, capabilities->cipher_suites);
        mls_write_vector(writer, capabilities->extensions);
        mls_write_vector(writer, capabilities->proposals);
        mls_write_vector(writer, capabilities->credentials);
}

void mls_read_leaf_node(ByteReader *reader, MlsLeafNode *out)
{
        ByteReader begin = *reader;
        uint8_t source;

        *out = (MlsLeafNode){0};
        out->encryption_key = mls_read_vector(reader);
        out->signature_key = mls_read_vector(reader);
        mls_read_credential(reader, &out->credential);
        read_capabilities(reader, &out->capabilities);
        source = read_u8(reader);
        switch (source) {
        case MLS_LEAF_OF_KEY_PACKAGE:
                out->not_before = read_u64(reader);
                out->not_after = read_u64(reader);
                break;
        case MLS_LEAF_OF_UPDATE:
                break;
        case MLS_LEAF_OF_COMMIT:
                out->parent_hash = mls_read_vector(reader);
                break;
        default:
                reader->failed = true;
                return;
        }
        out->source = (MlsLeafSource)source;
        out->extensions = mls_read_extensions(reader);
        out->unsigned_part = mls_read_since(&begin, reader);
        out->signature = mls_read_vector(reader);
        out->encoded = mls_read_since(&begin, reader);
        if (out->encoded.size > MLS_LEAF_NODE_MAX)
                reader->failed = true;
}

int mls_decode_leaf_node(MlsSlice encoded, MlsLeafNode *out)
{
        ByteReader reader = mls_reader(encoded);

        mls_read_leaf_node(&reader, out);
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

static void write_unsigned(MlsWriter *writer, const MlsLeafNode *leaf)
{
        mls_write_vector(writer, leaf->encryption_key);
        mls_write_vector(writer, leaf->signature_key);
        mls_write_credential(writer, &leaf->credential);
        write_capabilities(writer, &leaf->capabilities);
        mls_write_u8(writer, leaf->source);
        switch (leaf->source) {
        case MLS_LEAF_OF_KEY_PACKAGE:
                mls_write_u64(writer, leaf->not_before);
                mls_write_u64(writer, leaf->not_after);
                break;
        case MLS_LEAF_OF_UPDATE:
                break;
        case MLS_LEAF_OF_COMMIT:
                mls_write_vector(writer, leaf->parent_hash);
                break;
        }
        mls_write_vector(writer, leaf->extensions);
}

void mls_write_leaf_node(MlsWriter *writer, const MlsLeafNode *leaf)
{
        write_unsigned(writer, leaf);
        mls_write_vector(writer, leaf->signature);
}

/* The part of LeafNodeTBS that is not in the leaf node: where it stands. */
static void write_place(MlsWriter *writer, const MlsLeafNode *leaf, MlsSlice group_id, uint32_t index)
{
        if (leaf->source == MLS_LEAF_OF_KEY_PACKAGE)
                return;
        mls_write_vector(writer, group_id);
        mls_write_u32(writer, index);
}

int mls_sign_leaf_node(const MlsLeafNode *leaf, const SigningSecretKey *key, MlsSlice group_id,
                       uint32_t index, MlsBuffer *out)
{
        Signature signature;
        MLS_WRITER(signed_part);
        MLS_WRITER(encoded);
        int r;

        write_unsigned(&encoded, leaf);
        mls_write_slice(&signed_part, mls_written(&encoded));
        write_place(&signed_part, leaf, group_id, index);
        if (signed_part.error != 0 || encoded.error != 0)
                return signed_part.error != 0 ? signed_part.error : encoded.error;
        r = mls_sign_with_label(key, MLS_LABEL_LEAF_NODE, mls_written(&signed_part), &signature);
        if (r != 0)
                return r;
        mls_write_vector(&encoded, mls_slice(signature.bytes, sizeof(signature.bytes)));
        return mls_writer_finish(&encoded, out);
}

int mls_verify_leaf_node(const MlsLeafNode *leaf, MlsSlice group_id, uint32_t index)
{
        SigningPublicKey key;
        MLS_WRITER(signed_part);

        if (!mls_signing_key_from(leaf->signature_key, &key))
                return MLS_INVALID_LEAF;
        mls_write_slice(&signed_part, leaf->unsigned_part);
        write_place(&signed_part, leaf, group_id, index);
        if (signed_part.error != 0)
                return signed_part.error;
        return mls_verify_with_label(&key, MLS_LABEL_LEAF_NODE, mls_written(&signed_part), leaf->signature);
}

/* Section 7.2: what the leaf's extensions are, is among its capabilities. */
static bool lists_own_extensions(const MlsLeafNode *leaf)
{
        ByteReader reader = mls_reader(leaf->extensions);
        MlsExtension extension;

        while (mls_next_extension(&reader, &extension)) {
                if (!mls_extension_is_default(extension.type) &&
                    !mls_u16_vector_contains(leaf->capabilities.extensions, extension.type))
                        return false;
        }
        return true;
}

int mls_check_leaf_node(const MlsLeafNode *leaf)
{
        const MlsCapabilities *capabilities = &leaf->capabilities;
        SigningPublicKey signing_key;
        DhPublicKey key;

        if (!mls_dh_key_from(leaf->encryption_key, &key) || !mls_dh_key_is_usable(&key) ||
            !mls_signing_key_from(leaf->signature_key, &signing_key))
                return MLS_INVALID_LEAF;
        if (!mls_u16_vector_contains(capabilities->versions, MLS_VERSION) ||
            !mls_u16_vector_contains(capabilities->cipher_suites, MLS_CIPHER_SUITE) ||
            !mls_u16_vector_contains(capabilities->credentials, leaf->credential.type) ||
            !lists_own_extensions(leaf))
                return MLS_INVALID_LEAF;
        return 0;
}

bool mls_leaf_has_required(const MlsLeafNode *leaf, const MlsRequiredCapabilities *required)
{
        const MlsCapabilities *has = &leaf->capabilities;
        ByteReader extensions = mls_reader(required->extensions);
        ByteReader proposals = mls_reader(required->proposals);
        ByteReader credentials = mls_reader(required->credentials);

        while (extensions.left > 0) {
                uint16_t type = read_u16(&extensions);

                if (!mls_extension_is_default(type) && !mls_u16_vector_contains(has->extensions, type))
                        return false;
        }
        while (proposals.left > 0) {
                uint16_t type = read_u16(&proposals);

                if (!mls_proposal_is_default(type) && !mls_u16_vector_contains(has->proposals, type))
                        return false;
        }
        while (credentials.left > 0) {
                if (!mls_u16_vector_contains(has->credentials, read_u16(&credentials)))
                        return false;
        }
        return true;
}

bool mls_leaf_supports_extensions(const MlsLeafNode *leaf, MlsSlice extensions)
{
        ByteReader reader = mls_reader(extensions);
        MlsExtension extension;

        while (mls_next_extension(&reader, &extension)) {
                if (!mls_extension_is_default(extension.type) &&
                    !mls_u16_vector_contains(leaf->capabilities.extensions, extension.type))
                        return false;
        }
        return true;
}
