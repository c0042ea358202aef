/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Reading and writing the fixed formats of docs/protocol-e2ee.md: big-endian numbers, booleans of exactly 0
 * or 1. A reader that runs out of bytes stays failed and yields zeros, so a decoder asks once, at its end.
 */
typedef struct ByteReader {
        const uint8_t *data;
        size_t left;
        bool failed;
} ByteReader;

static inline ByteReader byte_reader(const uint8_t *data, size_t size)
{
        return (ByteReader){.data = data, .left = size};
}

/* The next bytes in place; NULL where there are not that many. */
static inline const uint8_t *read_view(ByteReader *reader, size_t size)
{
        const uint8_t *view = reader->data;

        if (reader->failed || reader->left < size) {
                reader->failed = true;
                return NULL;
        }
        reader->data += size;
        reader->left -= size;
        return view;
}

static inline void read_bytes(ByteReader *reader, void *out, size_t size)
{
        const uint8_t *view = read_view(reader, size);

        if (view)
                memcpy(out, view, size);
        else
                memset(out, 0, size);
}

static inline uint64_t read_number(ByteReader *reader, size_t size)
{
        const uint8_t *view = read_view(reader, size);
        uint64_t value = 0;

        for (size_t i = 0; view && i < size; i++)
                value = value << 8 | view[i];
        return value;
}

static inline uint8_t read_u8(ByteReader *reader)
{
        return (uint8_t)read_number(reader, 1);
}

static inline uint16_t read_u16(ByteReader *reader)
{
        return (uint16_t)read_number(reader, 2);
}

static inline uint32_t read_u32(ByteReader *reader)
{
        return (uint32_t)read_number(reader, 4);
}

static inline uint64_t read_u64(ByteReader *reader)
{
        return read_number(reader, 8);
}

static inline bool read_bool(ByteReader *reader)
{
        uint8_t value = read_u8(reader);

        if (value > 1)
                reader->failed = true;
        return value == 1;
}

/* Everything was there, and nothing is left over. */
static inline bool reader_done(const ByteReader *reader)
{
        return !reader->failed && reader->left == 0;
}

/* A writer whose buffer is too small is a bug of ours, never something that an input can bring about. */
typedef struct ByteWriter {
        uint8_t *data;
        size_t size; /* written */
        size_t capacity;
} ByteWriter;

static inline ByteWriter byte_writer(uint8_t *data, size_t capacity)
{
        return (ByteWriter){.data = data, .capacity = capacity};
}

static inline void write_bytes(ByteWriter *writer, const void *data, size_t size)
{
        if (writer->capacity - writer->size < size)
                abort();
        memcpy(writer->data + writer->size, data, size);
        writer->size += size;
}

static inline void write_number(ByteWriter *writer, uint64_t value, size_t size)
{
        uint8_t bytes[8];

        for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
        write_bytes(writer, bytes, size);
}

static inline void write_u8(ByteWriter *writer, unsigned value)
{
        write_number(writer, value, 1);
}

static inline void write_u16(ByteWriter *writer, unsigned value)
{
        write_number(writer, value, 2);
}

static inline void write_u32(ByteWriter *writer, uint32_t value)
{
        write_number(writer, value, 4);
}

static inline void write_u64(ByteWriter *writer, uint64_t value)
{
        write_number(writer, value, 8);
}
