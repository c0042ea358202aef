/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/message.h"

#include "e2ee/mls/limits.h"

int mls_decode_message(MlsSlice encoded, MlsMessage *out)
{
        ByteReader reader = mls_reader(encoded);
        uint16_t version, wire_format;

        if (encoded.size > MLS_MESSAGE_MAX)
                return MLS_TOO_LARGE;
        version = read_u16(&reader);
        wire_format = read_u16(&reader);
        if (reader.failed)
                return MLS_MALFORMED;
        if (version != MLS_VERSION)
                return MLS_UNSUPPORTED;
        out->wire_format = (MlsWireFormat)wire_format;
        switch (out->wire_format) {
        case MLS_PUBLIC_MESSAGE:
                mls_read_public_message(&reader, &out->public_message);
                break;
        case MLS_PRIVATE_MESSAGE:
                mls_read_private_message(&reader, &out->private_message);
                break;
        case MLS_WELCOME:
                mls_read_welcome(&reader, &out->welcome);
                break;
        case MLS_GROUP_INFO:
                mls_read_group_info(&reader, &out->group_info);
                break;
        case MLS_KEY_PACKAGE:
                mls_read_key_package(&reader, &out->key_package);
                break;
        default: /* not one of ours: the number came from outside */
                return MLS_UNSUPPORTED;
        }
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

void mls_write_message(MlsWriter *writer, const MlsMessage *message)
{
        mls_write_u16(writer, MLS_VERSION);
        mls_write_u16(writer, message->wire_format);
        switch (message->wire_format) {
        case MLS_PUBLIC_MESSAGE:
                mls_write_public_message(writer, &message->public_message);
                return;
        case MLS_PRIVATE_MESSAGE:
                mls_write_private_message(writer, &message->private_message);
                return;
        case MLS_WELCOME:
                mls_write_welcome(writer, &message->welcome);
                return;
        case MLS_GROUP_INFO:
                mls_write_group_info(writer, &message->group_info);
                return;
        case MLS_KEY_PACKAGE:
                mls_write_key_package(writer, &message->key_package);
                return;
        }
}

int mls_wrap_message(MlsWireFormat wire_format, MlsSlice content, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_u16(&writer, MLS_VERSION);
        mls_write_u16(&writer, wire_format);
        mls_write_slice(&writer, content);
        return mls_writer_finish(&writer, out);
}

int mls_peek_message(MlsSlice encoded, MlsMessageHeader *out)
{
        MlsMessage message;
        int r;

        r = mls_decode_message(encoded, &message);
        if (r != 0)
                return r;
        *out = (MlsMessageHeader){.wire_format = message.wire_format};
        if (message.wire_format == MLS_PUBLIC_MESSAGE) {
                out->group_id = message.public_message.content.group_id;
                out->epoch = message.public_message.content.epoch;
                out->type = message.public_message.content.type;
        } else if (message.wire_format == MLS_PRIVATE_MESSAGE) {
                out->group_id = message.private_message.group_id;
                out->epoch = message.private_message.epoch;
                out->type = message.private_message.type;
        } else {
                return MLS_UNSUPPORTED;
        }
        return 0;
}
