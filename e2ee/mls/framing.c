/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/framing.h"

MlsContentType mls_read_content_type(ByteReader *reader)
{
        uint8_t type = read_u8(reader);

        if (type < MLS_APPLICATION || type > MLS_COMMIT)
                reader->failed = true;
        return (MlsContentType)type;
}

static void read_sender(ByteReader *reader, MlsSender *out)
{
        uint8_t type = read_u8(reader);

        *out = (MlsSender){.type = (MlsSenderType)type};
        if (type < MLS_SENDER_MEMBER || type > MLS_SENDER_NEW_MEMBER_COMMIT)
                reader->failed = true;
        if (type == MLS_SENDER_MEMBER || type == MLS_SENDER_EXTERNAL)
                out->index = read_u32(reader);
}

void mls_read_content(ByteReader *reader, MlsContentType type, MlsFramedContent *out)
{
        out->type = type;
        switch (type) {
        case MLS_APPLICATION:
                out->application_data = mls_read_vector(reader);
                return;
        case MLS_PROPOSAL:
                mls_read_proposal(reader, &out->proposal);
                return;
        case MLS_COMMIT:
                mls_read_commit(reader, &out->commit);
                return;
        }
        reader->failed = true;
}

void mls_read_framed_content(ByteReader *reader, MlsFramedContent *out)
{
        ByteReader begin = *reader;

        *out = (MlsFramedContent){0};
        out->group_id = mls_read_vector(reader);
        out->epoch = read_u64(reader);
        read_sender(reader, &out->sender);
        out->authenticated_data = mls_read_vector(reader);
        mls_read_content(reader, mls_read_content_type(reader), out);
        out->encoded = mls_read_since(&begin, reader);
}

void mls_write_content(MlsWriter *writer, const MlsFramedContent *content)
{
        switch (content->type) {
        case MLS_APPLICATION:
                mls_write_vector(writer, content->application_data);
                return;
        case MLS_PROPOSAL:
                mls_write_proposal(writer, &content->proposal);
                return;
        case MLS_COMMIT:
                mls_write_commit(writer, &content->commit);
                return;
        }
}

void mls_write_content_header(MlsWriter *writer, const MlsFramedContent *content)
{
        mls_write_vector(writer, content->group_id);
        mls_write_u64(writer, content->epoch);
        mls_write_u8(writer, content->sender.type);
        if (content->sender.type == MLS_SENDER_MEMBER || content->sender.type == MLS_SENDER_EXTERNAL)
                mls_write_u32(writer, content->sender.index);
        mls_write_vector(writer, content->authenticated_data);
        mls_write_u8(writer, content->type);
}

void mls_write_framed_content(MlsWriter *writer, const MlsFramedContent *content)
{
        mls_write_content_header(writer, content);
        mls_write_content(writer, content);
}

void mls_read_auth_data(ByteReader *reader, MlsContentType type, MlsAuthData *out)
{
        *out = (MlsAuthData){0};
        out->signature = mls_read_vector(reader);
        if (type == MLS_COMMIT)
                out->confirmation_tag = mls_read_vector(reader);
}

void mls_write_auth_data(MlsWriter *writer, MlsContentType type, const MlsAuthData *auth)
{
        mls_write_vector(writer, auth->signature);
        if (type == MLS_COMMIT)
                mls_write_vector(writer, auth->confirmation_tag);
}

void mls_read_authenticated_content(ByteReader *reader, MlsAuthenticatedContent *out)
{
        ByteReader begin = *reader;
        uint16_t wire_format = read_u16(reader);

        if (wire_format != MLS_PUBLIC_MESSAGE && wire_format != MLS_PRIVATE_MESSAGE)
                reader->failed = true;
        out->wire_format = (MlsWireFormat)wire_format;
        mls_read_framed_content(reader, &out->content);
        mls_read_auth_data(reader, out->content.type, &out->auth);
        out->encoded = mls_read_since(&begin, reader);
}

int mls_decode_authenticated_content(MlsSlice encoded, MlsAuthenticatedContent *out)
{
        ByteReader reader = mls_reader(encoded);

        mls_read_authenticated_content(&reader, out);
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

void mls_read_public_message(ByteReader *reader, MlsPublicMessage *out)
{
        mls_read_framed_content(reader, &out->content);
        mls_read_auth_data(reader, out->content.type, &out->auth);
        out->membership_tag = (MlsSlice){0};
        if (out->content.sender.type == MLS_SENDER_MEMBER)
                out->membership_tag = mls_read_vector(reader);
}

void mls_write_public_message(MlsWriter *writer, const MlsPublicMessage *message)
{
        mls_write_framed_content(writer, &message->content);
        mls_write_auth_data(writer, message->content.type, &message->auth);
        if (message->content.sender.type == MLS_SENDER_MEMBER)
                mls_write_vector(writer, message->membership_tag);
}

void mls_read_private_message(ByteReader *reader, MlsPrivateMessage *out)
{
        out->group_id = mls_read_vector(reader);
        out->epoch = read_u64(reader);
        out->type = mls_read_content_type(reader);
        out->authenticated_data = mls_read_vector(reader);
        out->encrypted_sender_data = mls_read_vector(reader);
        out->ciphertext = mls_read_vector(reader);
}

void mls_write_private_message(MlsWriter *writer, const MlsPrivateMessage *message)
{
        mls_write_vector(writer, message->group_id);
        mls_write_u64(writer, message->epoch);
        mls_write_u8(writer, message->type);
        mls_write_vector(writer, message->authenticated_data);
        mls_write_vector(writer, message->encrypted_sender_data);
        mls_write_vector(writer, message->ciphertext);
}
