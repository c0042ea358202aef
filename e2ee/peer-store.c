/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "e2ee/peer-sessions.h"
#include "e2ee/wipe.h"

/*
 * The stored form of a Peer: a version, whether there is a current session, and the sessions, the newest
 * first.
 */
enum { FORMAT = 1, HEAD_SIZE = 1 + 1 + 1 };

int peer_encode(const Peer *peer, uint8_t **out, size_t *size_out)
{
        size_t size = HEAD_SIZE;
        ByteWriter writer;
        uint8_t *data;

        for (unsigned i = 0; i < peer->count; i++)
                size += session_encoded_size(peer->sessions[i]);
        data = malloc(size);
        if (!data)
                return -ENOMEM;
        writer = byte_writer(data, size);
        write_u8(&writer, FORMAT);
        write_u8(&writer, peer->has_current);
        write_u8(&writer, peer->count);
        for (unsigned i = 0; i < peer->count; i++)
                session_write(&writer, peer->sessions[i]);
        *out = data;
        *size_out = writer.size;
        return 0;
}

static int read_sessions(ByteReader *reader, unsigned count, Peer *peer)
{
        size_t skipped = 0;
        int r;

        while (peer->count < count && !reader->failed) {
                r = session_read(reader, &peer->sessions[peer->count]);
                if (r < 0)
                        return r;
                skipped += peer->sessions[peer->count++]->ratchet.skipped.count;
        }
        if (skipped > RATCHET_SKIPPED_MAX)
                reader->failed = true;
        return 0;
}

int peer_decode(const uint8_t *data, size_t size, Peer **out)
{
        __attribute__((cleanup(peer_freep))) Peer *peer = NULL;
        ByteReader reader = byte_reader(data, size);
        unsigned count;
        uint8_t format;
        int r;

        format = read_u8(&reader);
        if (size == 0 || size > PEER_ENCODED_MAX || format == 0)
                return PEER_MALFORMED;
        if (format != FORMAT)
                return PEER_UNSUPPORTED;
        peer = peer_new();
        if (!peer)
                return -ENOMEM;
        peer->has_current = read_bool(&reader);
        count = read_u8(&reader);
        if (count > PEER_SESSIONS_MAX || (peer->has_current && count == 0))
                return PEER_MALFORMED;
        r = read_sessions(&reader, count, peer);
        if (r < 0)
                return r;
        if (!reader_done(&reader))
                return PEER_MALFORMED;
        *out = peer;
        peer = NULL;
        return 0;
}
