/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/group-leaf.h"

#include <sodium.h>

#include "e2ee/group-settings.h"
#include "e2ee/labels.h"
#include "e2ee/sign.h"

enum {
        FORMAT = 1,
        CERTIFICATE_SIZE = 1 + 4 + 8 + 32 + 64,
        SIGNED_MAX = 1 + ADDRESS_NAME_MAX + 4 + 8 + 32,
};

/* What the identity key signs. */
static size_t put_signed_part(const Address *address, uint64_t made_ms, const SigningPublicKey *leaf_key,
                              uint8_t out[static SIGNED_MAX])
{
        ByteWriter writer = byte_writer(out, SIGNED_MAX);
        size_t name_size = strlen(address->name);

        write_u8(&writer, (unsigned)name_size);
        write_bytes(&writer, address->name, name_size);
        write_u32(&writer, address->device_id);
        write_u64(&writer, made_ms);
        write_bytes(&writer, leaf_key->bytes, sizeof(leaf_key->bytes));
        return writer.size;
}

static void certify(GroupLeaf *leaf, const GroupSelf *self, const SigningPublicKey *key, uint64_t now_ms)
{
        uint8_t certificate[CERTIFICATE_SIZE], signed_part[SIGNED_MAX];
        ByteWriter writer = byte_writer(certificate, sizeof(certificate));
        Signature signature;

        sign_labelled(&self->identity->signing_secret_key, LABEL_SIGN_GROUP_LEAF_KEY, signed_part,
                      put_signed_part(&self->address, now_ms, key, signed_part), &signature);
        write_u8(&writer, FORMAT);
        write_u32(&writer, self->address.device_id);
        write_u64(&writer, now_ms);
        write_bytes(&writer, self->identity->public_identity.signing_key.bytes, sizeof(SigningPublicKey));
        write_bytes(&writer, signature.bytes, sizeof(signature.bytes));
        mls_write_extension(&leaf->extensions, GROUP_EXTENSION_CERTIFICATE,
                            mls_slice(certificate, writer.size));
}

int group_leaf_init(GroupLeaf *leaf, const GroupSelf *self, const E2eeContext *context)
{
        uint8_t seed[crypto_sign_SEEDBYTES];
        SigningPublicKey key;

        *leaf = (GroupLeaf){0};
        context->fill(context->userdata, seed, sizeof(seed));
        crypto_sign_seed_keypair(key.bytes, leaf->key.bytes, seed);
        sodium_memzero(seed, sizeof(seed));
        memcpy(leaf->name, self->address.name, sizeof(leaf->name));
        certify(leaf, self, &key, context->now_ms);
        leaf->client = (MlsClient){
                        .signing_key = &leaf->key,
                        .credential = {.type = MLS_CREDENTIAL_BASIC, .content = mls_string(leaf->name)},
                        .extension_types = group_extension_types(),
                        .leaf_extensions = mls_written(&leaf->extensions),
                        .lifetime_s = GROUP_PACKAGE_LIFETIME_MS / 1000,
        };
        return leaf->extensions.error;
}

void group_leaf_deinit(GroupLeaf *leaf)
{
        mls_writer_deinit(&leaf->extensions);
        sodium_memzero(leaf, sizeof(*leaf));
}

static int read_leaf(const MlsLeafNode *leaf, GroupMember *out, Signature *signature)
{
        MlsSlice name = leaf->credential.content, certificate;
        ByteReader reader;
        uint8_t format;

        *out = (GroupMember){0};
        if (leaf->credential.type != MLS_CREDENTIAL_BASIC || !group_user_name_is_valid(name) ||
            !mls_find_extension(leaf->extensions, GROUP_EXTENSION_CERTIFICATE, &certificate))
                return MLS_BAD_CREDENTIAL;
        memcpy(out->address.name, name.data, name.size);
        reader = mls_reader(certificate);
        format = read_u8(&reader);
        out->address.device_id = read_u32(&reader);
        out->renewed_ms = read_u64(&reader);
        read_bytes(&reader, out->identity_key.bytes, sizeof(out->identity_key.bytes));
        read_bytes(&reader, signature->bytes, sizeof(signature->bytes));
        return reader_done(&reader) && format == FORMAT ? 0 : MLS_BAD_CREDENTIAL;
}

int group_leaf_read(const MlsLeafNode *leaf, GroupMember *out)
{
        Signature signature;

        return read_leaf(leaf, out, &signature);
}

int group_leaf_verify(const MlsLeafNode *leaf, GroupMember *out)
{
        uint8_t signed_part[SIGNED_MAX];
        SigningPublicKey leaf_key;
        Signature signature;
        int r;

        r = read_leaf(leaf, out, &signature);
        if (r != 0)
                return r;
        if (!mls_signing_key_from(leaf->signature_key, &leaf_key) ||
            !verify_labelled(&out->identity_key, LABEL_SIGN_GROUP_LEAF_KEY, signed_part,
                             put_signed_part(&out->address, out->renewed_ms, &leaf_key, signed_part),
                             &signature))
                return MLS_BAD_CREDENTIAL;
        return 0;
}
