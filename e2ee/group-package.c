/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key packages of accounts, and what a device keeps of its own. */
#include <errno.h>
#include <sodium.h>

#include "e2ee/dh.h"
#include "e2ee/group-package.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

enum { FORMAT = 1 };

/* format, kind, both key pairs, the leaf key, and the KeyPackage itself */
static int write_secret_part(const MlsKeyPackageSecrets *secrets, GroupPackageKind kind, MlsSlice package,
                             MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_u8(&writer, FORMAT);
        mls_write_u8(&writer, kind);
        mls_write_bytes(&writer, secrets->init.secret_key.bytes, sizeof(DhSecretKey));
        mls_write_bytes(&writer, secrets->encryption.secret_key.bytes, sizeof(DhSecretKey));
        mls_write_bytes(&writer, secrets->signing.bytes, sizeof(SigningSecretKey));
        mls_write_vector(&writer, package);
        return mls_writer_finish(&writer, out);
}

static bool belongs_to(DhKeyPair *pair, MlsSlice public_key)
{
        return mls_dh_key_from(public_key, &pair->public_key) && dh_key_pair_fits(pair);
}

int group_package_read_secret(MlsSlice secret_part, GroupPackageSecret *out)
{
        ByteReader reader = mls_reader(secret_part);
        uint8_t format = read_u8(&reader), kind = read_u8(&reader);

        *out = (GroupPackageSecret){0};
        read_bytes(&reader, out->secrets.init.secret_key.bytes, sizeof(DhSecretKey));
        read_bytes(&reader, out->secrets.encryption.secret_key.bytes, sizeof(DhSecretKey));
        read_bytes(&reader, out->secrets.signing.bytes, sizeof(SigningSecretKey));
        out->encoded = mls_read_vector(&reader);
        if (!reader_done(&reader) || format != FORMAT ||
            (kind != GROUP_PACKAGE_ONE_TIME && kind != GROUP_PACKAGE_LAST_RESORT) ||
            mls_decode_key_package(out->encoded, &out->package) != 0)
                return MLS_MALFORMED;
        out->kind = (GroupPackageKind)kind;
        return belongs_to(&out->secrets.init, out->package.init_key) &&
                                               belongs_to(&out->secrets.encryption,
                                                          out->package.leaf_node.encryption_key)
                               ? 0
                               : MLS_MALFORMED;
}

int group_package_make(const GroupSelf *self, GroupPackageKind kind, const E2eeContext *context,
                       GroupPackage *out)
{
        __attribute__((cleanup(group_leaf_deinit))) GroupLeaf leaf = {0};
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer encoded = {0};
        MlsKeyPackageSecrets secrets;
        MlsKeyPackage package;
        MlsHash reference;
        int r;
        E2EE_WIPE(secrets);

        *out = (GroupPackage){.kind = kind, .expires_ms = context->now_ms + GROUP_PACKAGE_LIFETIME_MS};
        r = group_leaf_init(&leaf, self, context);
        if (r == 0)
                r = mls_key_package_generate(&leaf.client, context, &secrets, &encoded);
        if (r == 0)
                r = mls_decode_key_package(mls_slice_of(&encoded), &package);
        if (r != 0)
                return r;
        mls_key_package_reference(&package, &reference);
        memcpy(out->reference.bytes, reference.bytes, sizeof(out->reference.bytes));
        r = mls_wrap_message(MLS_KEY_PACKAGE, mls_slice_of(&encoded), &out->public_part);
        if (r == 0)
                r = write_secret_part(&secrets, kind, mls_slice_of(&encoded), &out->secret_part);
        if (r != 0)
                group_package_deinit(out);
        return r;
}

void group_package_deinit(GroupPackage *package)
{
        mls_buffer_deinit(&package->public_part);
        mls_buffer_deinit(&package->secret_part);
}

int group_package_decode(MlsSlice public_part, const E2eeContext *context, MlsKeyPackage *package,
                         GroupMember *out)
{
        MlsMessage message;
        int r;

        *out = (GroupMember){0};
        if (public_part.size > GROUP_PACKAGE_MAX)
                return MLS_TOO_LARGE;
        r = mls_decode_message(public_part, &message);
        if (r != 0)
                return r;
        if (message.wire_format != MLS_KEY_PACKAGE)
                return MLS_UNSUPPORTED;
        *package = message.key_package;
        r = mls_check_key_package(package);
        if (r == 0)
                r = mls_check_lifetime(&package->leaf_node, context);
        if (r == 0 && package->leaf_node.not_after - package->leaf_node.not_before >
                                      GROUP_PACKAGE_LIFETIME_MS / 1000 + MLS_CLOCK_SKEW)
                r = MLS_EXPIRED;
        return r != 0 ? r : group_leaf_verify(&package->leaf_node, out);
}

int group_package_read(MlsSlice public_part, const E2eeContext *context, GroupMember *out)
{
        MlsKeyPackage package;

        return group_package_decode(public_part, context, &package, out);
}
