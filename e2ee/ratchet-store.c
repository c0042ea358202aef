/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "e2ee/ratchet.h"
#include "e2ee/wipe.h"

/* The stored form of a ratchet: docs/protocol-e2ee.md does not describe it, as nobody else reads it. */
enum {
        FIXED_SIZE = 32 + 32 + 32 + 32 + 1 + 4 * 32 + 4 + 4 + 1 + 4 + 8 + 2,
        CHAIN_SIZE = 4 + 4 + 32 + 32,
        SKIPPED_SIZE = 4 + 4 + 8 + 32,
};

size_t ratchet_encoded_size(const Ratchet *ratchet)
{
        return FIXED_SIZE + ratchet->state.chain_count * CHAIN_SIZE + ratchet->skipped.count * SKIPPED_SIZE;
}

void ratchet_write(ByteWriter *writer, const Ratchet *ratchet)
{
        const RatchetState *state = &ratchet->state;

        write_bytes(writer, state->root_key.bytes, 32);
        write_bytes(writer, state->local.public_key.bytes, 32);
        write_bytes(writer, state->local.secret_key.bytes, 32);
        write_bytes(writer, state->remote.bytes, 32);
        write_u8(writer, state->sending);
        write_bytes(writer, state->sending_chain.bytes, 32);
        write_bytes(writer, state->sending_header.bytes, 32);
        write_bytes(writer, state->next_sending_header.bytes, 32);
        write_bytes(writer, state->next_receiving_header.bytes, 32);
        write_u32(writer, state->sent);
        write_u32(writer, state->sent_before);
        write_u32(writer, state->next_serial);
        write_u64(writer, state->last_step_ms);

        write_u8(writer, state->chain_count);
        for (unsigned i = 0; i < state->chain_count; i++) {
                write_u32(writer, state->chains[i].serial);
                write_u32(writer, state->chains[i].next);
                write_bytes(writer, state->chains[i].header_key.bytes, 32);
                write_bytes(writer, state->chains[i].chain_key.bytes, 32);
        }
        write_u16(writer, (unsigned)ratchet->skipped.count);
        for (size_t i = 0; i < ratchet->skipped.count; i++) {
                const SkippedKey *key = &ratchet->skipped.keys[i];

                write_u32(writer, key->chain);
                write_u32(writer, key->number);
                write_u64(writer, key->stored_ms);
                write_bytes(writer, key->key.bytes, 32);
        }
}

static void read_state(ByteReader *reader, RatchetState *state)
{
        uint8_t sending, count;

        read_bytes(reader, state->root_key.bytes, 32);
        read_bytes(reader, state->local.public_key.bytes, 32);
        read_bytes(reader, state->local.secret_key.bytes, 32);
        read_bytes(reader, state->remote.bytes, 32);
        sending = read_u8(reader);
        read_bytes(reader, state->sending_chain.bytes, 32);
        read_bytes(reader, state->sending_header.bytes, 32);
        read_bytes(reader, state->next_sending_header.bytes, 32);
        read_bytes(reader, state->next_receiving_header.bytes, 32);
        state->sent = read_u32(reader);
        state->sent_before = read_u32(reader);
        state->next_serial = read_u32(reader);
        state->last_step_ms = read_u64(reader);
        count = read_u8(reader);

        /*
         * A session is stored after its first message only, so SENDING_NONE is not among the stored states.
         */
        if ((sending != SENDING_STEP_DUE && sending != SENDING_READY) ||
            count > RATCHET_RECEIVING_CHAINS_MAX || (sending == SENDING_STEP_DUE && count == 0))
                reader->failed = true;
        if (reader->failed)
                return;
        state->sending = sending;
        state->chain_count = count;
        for (unsigned i = 0; i < count; i++) {
                state->chains[i].serial = read_u32(reader);
                state->chains[i].next = read_u32(reader);
                read_bytes(reader, state->chains[i].header_key.bytes, 32);
                read_bytes(reader, state->chains[i].chain_key.bytes, 32);
        }
}

static int read_skipped(ByteReader *reader, SkippedKeys *out)
{
        size_t count = read_u16(reader);

        if (count > RATCHET_SKIPPED_MAX || reader->left < count * SKIPPED_SIZE)
                reader->failed = true;
        if (reader->failed || count == 0)
                return 0;
        out->keys = calloc(count, sizeof(*out->keys));
        if (!out->keys)
                return -ENOMEM;
        out->count = count;
        for (size_t i = 0; i < count; i++) {
                out->keys[i].chain = read_u32(reader);
                out->keys[i].number = read_u32(reader);
                out->keys[i].stored_ms = read_u64(reader);
                read_bytes(reader, out->keys[i].key.bytes, 32);
        }
        return 0;
}

int ratchet_read(ByteReader *reader, Ratchet *out)
{
        *out = (Ratchet){0};
        read_state(reader, &out->state);
        return read_skipped(reader, &out->skipped);
}
