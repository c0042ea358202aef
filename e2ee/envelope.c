/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/envelope.h"

#include "e2ee/bytes.h"
#include "e2ee/padding.h"
#include "e2ee/peer.h"
#include "e2ee/ratchet.h"

static int read_start(ByteReader *reader, EnvelopeStart *out)
{
        uint8_t kind;

        out->suite = read_u16(reader);
        if (!reader->failed && out->suite != X3DH_SUITE_CLASSICAL)
                return ENVELOPE_UNSUPPORTED; /* what follows has another suite's form */
        out->generation = read_u64(reader);
        out->identity_size = read_u16(reader);
        if (out->identity_size > PUBLIC_IDENTITY_SIZE)
                return ENVELOPE_MALFORMED;
        out->identity = read_view(reader, out->identity_size);
        read_bytes(reader, out->base_key.bytes, 32);
        out->signed_prekey_id = read_u32(reader);
        kind = read_u8(reader);
        out->one_time_prekey_id = read_u32(reader);
        if (read_u16(reader) != 0) /* the KEM ciphertext: suite 1 has none */
                return ENVELOPE_MALFORMED;

        if (kind != 0 && kind != PREKEY_ONE_TIME && kind != PREKEY_LAST_RESORT)
                return ENVELOPE_MALFORMED;
        if ((kind == 0) != (out->one_time_prekey_id == 0) || out->signed_prekey_id == 0)
                return ENVELOPE_MALFORMED;
        out->has_one_time_prekey = kind != 0;
        out->one_time_prekey_kind = kind != 0 ? kind : PREKEY_SIGNED;
        return 0;
}

int envelope_decode(const uint8_t *data, size_t size, Envelope *out)
{
        ByteReader reader = byte_reader(data, size);
        uint8_t version, kind;
        int r;

        *out = (Envelope){.prefix = data};
        version = read_u8(&reader);
        if (size == 0 || size > PEER_ENVELOPE_MAX || version == 0)
                return ENVELOPE_MALFORMED;
        if (version != ENVELOPE_VERSION)
                return ENVELOPE_UNSUPPORTED;

        kind = read_u8(&reader);
        if (kind == ENVELOPE_START) {
                r = read_start(&reader, &out->start);
                if (r != 0)
                        return r;
        } else if (kind == ENVELOPE_MESSAGE) {
                read_bytes(&reader, out->session.bytes, sizeof(out->session.bytes));
        } else {
                return ENVELOPE_MALFORMED;
        }
        if (reader.failed || reader.left < RATCHET_OVERHEAD ||
            !padding_is_bucket(reader.left - RATCHET_OVERHEAD))
                return ENVELOPE_MALFORMED;

        out->kind = kind;
        out->prefix_size = size - reader.left;
        out->message = reader.data;
        out->message_size = reader.left;
        return 0;
}

size_t envelope_put_message_prefix(const SessionId *session, uint8_t out[static ENVELOPE_PREFIX_MAX])
{
        ByteWriter writer = byte_writer(out, ENVELOPE_PREFIX_MAX);

        write_u8(&writer, ENVELOPE_VERSION);
        write_u8(&writer, ENVELOPE_MESSAGE);
        write_bytes(&writer, session->bytes, sizeof(session->bytes));
        return writer.size;
}

size_t envelope_put_start_prefix(const EnvelopeStart *start, uint8_t out[static ENVELOPE_PREFIX_MAX])
{
        ByteWriter writer = byte_writer(out, ENVELOPE_PREFIX_MAX);

        write_u8(&writer, ENVELOPE_VERSION);
        write_u8(&writer, ENVELOPE_START);
        write_u16(&writer, start->suite);
        write_u64(&writer, start->generation);
        write_u16(&writer, (unsigned)start->identity_size);
        write_bytes(&writer, start->identity, start->identity_size);
        write_bytes(&writer, start->base_key.bytes, 32);
        write_u32(&writer, start->signed_prekey_id);
        write_u8(&writer, start->has_one_time_prekey ? start->one_time_prekey_kind : 0);
        write_u32(&writer, start->has_one_time_prekey ? start->one_time_prekey_id : 0);
        write_u16(&writer, 0); /* the KEM ciphertext */
        return writer.size;
}
