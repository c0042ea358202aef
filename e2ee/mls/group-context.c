/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/group-context.h"

void mls_read_group_context(ByteReader *reader, MlsGroupContext *out)
{
        out->version = read_u16(reader);
        out->cipher_suite = read_u16(reader);
        out->group_id = mls_read_vector(reader);
        out->epoch = read_u64(reader);
        out->tree_hash = mls_read_vector(reader);
        out->confirmed_transcript_hash = mls_read_vector(reader);
        out->extensions = mls_read_extensions(reader);
}

void mls_write_group_context(MlsWriter *writer, const MlsGroupContext *context)
{
        mls_write_u16(writer, context->version);
        mls_write_u16(writer, context->cipher_suite);
        mls_write_vector(writer, context->group_id);
        mls_write_u64(writer, context->epoch);
        mls_write_vector(writer, context->tree_hash);
        mls_write_vector(writer, context->confirmed_transcript_hash);
        mls_write_vector(writer, context->extensions);
}

int mls_encode_group_context(const MlsGroupContext *context, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_group_context(&writer, context);
        return mls_writer_finish(&writer, out);
}
