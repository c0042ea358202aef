/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "e2ee/session.h"
#include "e2ee/wipe.h"

/* The stored form of a session; only this library reads it. */
enum { FIXED_SIZE = 16 + 2 + 8 + 8 + 1 + 1 + 8 + 8 + 1 + 4 + 128 + 32 + 32 + 2 };

size_t session_encoded_size(const Session *session)
{
        return FIXED_SIZE + strlen(session->remote.name) + session->start_prefix_size +
               ratchet_encoded_size(&session->ratchet);
}

void session_write(ByteWriter *writer, const Session *session)
{
        size_t name_size = strlen(session->remote.name);

        write_bytes(writer, session->id.bytes, sizeof(session->id.bytes));
        write_u16(writer, session->suite);
        write_u64(writer, session->generation);
        write_u64(writer, session->created_ms);
        write_u8(writer, session->started_here);
        write_u8(writer, session->acknowledged);
        write_u64(writer, session->sent);
        write_u64(writer, session->received);
        write_u8(writer, (unsigned)name_size);
        write_bytes(writer, session->remote.name, name_size);
        write_u32(writer, session->remote.device_id);
        write_bytes(writer, session->remote_identity.signing_key.bytes, 32);
        write_bytes(writer, session->remote_identity.dh_key.bytes, 32);
        write_bytes(writer, session->remote_identity.dh_key_signature.bytes, 64);
        write_bytes(writer, session->transcript.bytes, sizeof(session->transcript.bytes));
        write_bytes(writer, session->base_key.bytes, 32);
        write_u16(writer, (unsigned)session->start_prefix_size);
        write_bytes(writer, session->start_prefix, session->start_prefix_size);
        ratchet_write(writer, &session->ratchet);
}

static void read_name(ByteReader *reader, char out[static ADDRESS_NAME_MAX + 1])
{
        size_t size = read_u8(reader);

        if (size > ADDRESS_NAME_MAX) {
                reader->failed = true;
                return;
        }
        read_bytes(reader, out, size);
        out[size] = 0;
        if (strlen(out) != size)
                reader->failed = true;
}

static void read_start_prefix(ByteReader *reader, Session *session)
{
        size_t size = read_u16(reader);

        /* It is there exactly as long as it is sent. */
        if (size > ENVELOPE_PREFIX_MAX || (size > 0) != (session->started_here && !session->acknowledged)) {
                reader->failed = true;
                return;
        }
        session->start_prefix_size = size;
        read_bytes(reader, session->start_prefix, size);
}

int session_read(ByteReader *reader, Session **out)
{
        __attribute__((cleanup(session_freep))) Session *session = calloc(1, sizeof(*session));
        int r;

        if (!session)
                return -ENOMEM;
        read_bytes(reader, session->id.bytes, sizeof(session->id.bytes));
        session->suite = read_u16(reader);
        session->generation = read_u64(reader);
        session->created_ms = read_u64(reader);
        session->started_here = read_bool(reader);
        session->acknowledged = read_bool(reader);
        session->sent = read_u64(reader);
        session->received = read_u64(reader);
        read_name(reader, session->remote.name);
        session->remote.device_id = read_u32(reader);
        read_bytes(reader, session->remote_identity.signing_key.bytes, 32);
        read_bytes(reader, session->remote_identity.dh_key.bytes, 32);
        read_bytes(reader, session->remote_identity.dh_key_signature.bytes, 64);
        read_bytes(reader, session->transcript.bytes, sizeof(session->transcript.bytes));
        read_bytes(reader, session->base_key.bytes, 32);
        read_start_prefix(reader, session);
        if (session->suite != X3DH_SUITE_CLASSICAL)
                reader->failed = true;
        r = ratchet_read(reader, &session->ratchet);
        if (r < 0)
                return r;
        *out = session;
        session = NULL;
        return 0;
}
