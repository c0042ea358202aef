/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/welcome.h"

#include "e2ee/mls/limits.h"

void mls_read_group_info(ByteReader *reader, MlsGroupInfo *out)
{
        ByteReader begin = *reader;

        mls_read_group_context(reader, &out->context);
        out->extensions = mls_read_extensions(reader);
        out->confirmation_tag = mls_read_vector(reader);
        out->signer = read_u32(reader);
        out->unsigned_part = mls_read_since(&begin, reader);
        out->signature = mls_read_vector(reader);
}

int mls_decode_group_info(MlsSlice encoded, MlsGroupInfo *out)
{
        ByteReader reader = mls_reader(encoded);

        mls_read_group_info(&reader, out);
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

static void write_unsigned(MlsWriter *writer, const MlsGroupInfo *info)
{
        mls_write_group_context(writer, &info->context);
        mls_write_vector(writer, info->extensions);
        mls_write_vector(writer, info->confirmation_tag);
        mls_write_u32(writer, info->signer);
}

void mls_write_group_info(MlsWriter *writer, const MlsGroupInfo *info)
{
        write_unsigned(writer, info);
        mls_write_vector(writer, info->signature);
}

int mls_sign_group_info(const MlsGroupInfo *info, const SigningSecretKey *key, MlsBuffer *out)
{
        Signature signature;
        MLS_WRITER(writer);
        int r;

        write_unsigned(&writer, info);
        if (writer.error != 0)
                return writer.error;
        r = mls_sign_with_label(key, MLS_LABEL_GROUP_INFO, mls_written(&writer), &signature);
        if (r != 0)
                return r;
        mls_write_vector(&writer, mls_slice(signature.bytes, sizeof(signature.bytes)));
        return mls_writer_finish(&writer, out);
}

int mls_verify_group_info(const MlsGroupInfo *info, const SigningPublicKey *key)
{
        return mls_verify_with_label(key, MLS_LABEL_GROUP_INFO, info->unsigned_part, info->signature);
}

void mls_read_group_secrets(ByteReader *reader, MlsGroupSecrets *out)
{
        ByteReader psks;
        MlsPskId id;

        *out = (MlsGroupSecrets){0};
        out->joiner_secret = mls_read_vector(reader);
        out->has_path_secret = read_bool(reader);
        if (out->has_path_secret)
                out->path_secret = mls_read_vector(reader);
        out->psks = mls_read_vector(reader);
        psks = mls_reader(out->psks);
        while (psks.left > 0 && !psks.failed) {
                mls_read_psk_id(&psks, &id);
                if (++out->psk_count > MLS_PSKS_MAX)
                        psks.failed = true;
        }
        if (psks.failed)
                reader->failed = true;
}

void mls_write_group_secrets(MlsWriter *writer, const MlsGroupSecrets *secrets)
{
        mls_write_vector(writer, secrets->joiner_secret);
        mls_write_u8(writer, secrets->has_path_secret);
        if (secrets->has_path_secret)
                mls_write_vector(writer, secrets->path_secret);
        mls_write_vector(writer, secrets->psks);
}

int mls_decode_group_secrets(MlsSlice encoded, MlsGroupSecrets *out)
{
        ByteReader reader = mls_reader(encoded);

        mls_read_group_secrets(&reader, out);
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

void mls_read_encrypted_group_secrets(ByteReader *reader, MlsEncryptedGroupSecrets *out)
{
        out->new_member = mls_read_vector(reader);
        mls_read_hpke_ciphertext(reader, &out->encrypted_group_secrets);
}

void mls_write_encrypted_group_secrets(MlsWriter *writer, const MlsEncryptedGroupSecrets *secrets)
{
        mls_write_vector(writer, secrets->new_member);
        mls_write_vector(writer, secrets->encrypted_group_secrets.kem_output);
        mls_write_vector(writer, secrets->encrypted_group_secrets.ciphertext);
}

void mls_read_welcome(ByteReader *reader, MlsWelcome *out)
{
        MlsEncryptedGroupSecrets item;
        ByteReader secrets;

        *out = (MlsWelcome){0};
        out->cipher_suite = read_u16(reader);
        out->secrets = mls_read_vector(reader);
        secrets = mls_reader(out->secrets);
        while (secrets.left > 0 && !secrets.failed) {
                mls_read_encrypted_group_secrets(&secrets, &item);
                if (++out->secret_count > MLS_LEAVES_MAX)
                        secrets.failed = true;
        }
        if (secrets.failed)
                reader->failed = true;
        out->encrypted_group_info = mls_read_vector(reader);
}

void mls_write_welcome(MlsWriter *writer, const MlsWelcome *welcome)
{
        mls_write_u16(writer, welcome->cipher_suite);
        mls_write_vector(writer, welcome->secrets);
        mls_write_vector(writer, welcome->encrypted_group_info);
}

bool mls_find_in_welcome(const MlsWelcome *welcome, const MlsHash *reference, MlsEncryptedGroupSecrets *out)
{
        ByteReader secrets = mls_reader(welcome->secrets);

        while (secrets.left > 0 && !secrets.failed) {
                mls_read_encrypted_group_secrets(&secrets, out);
                if (!secrets.failed && mls_slice_equal(out->new_member, mls_hash_slice(reference)))
                        return true;
        }
        return false;
}
