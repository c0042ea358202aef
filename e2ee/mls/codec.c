/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/codec.h"

#include <errno.h>

#include "e2ee/wipe.h"

enum { LENGTH_MAX = (1 << 30) - 1, LENGTH_SIZE_MAX = 4, FIRST_CAPACITY = 256 };

void mls_buffer_deinit(MlsBuffer *buffer)
{
        wipe_and_free(buffer->data, buffer->size);
        *buffer = (MlsBuffer){0};
}

int mls_buffer_init(MlsBuffer *out, MlsSlice from)
{
        *out = (MlsBuffer){0};
        if (from.size == 0)
                return 0;
        out->data = malloc(from.size);
        if (!out->data)
                return -ENOMEM;
        memcpy(out->data, from.data, from.size);
        out->size = from.size;
        return 0;
}

/* Section 2.1.2, ReadVarint. */
size_t mls_read_length(ByteReader *reader)
{
        uint8_t first = read_u8(reader);
        unsigned prefix = first >> 6;
        size_t length = first & 0x3f;

        if (prefix == 3)
                reader->failed = true;
        else if (prefix == 1)
                length = length << 8 | read_u8(reader);
        else if (prefix == 2)
                length = length << 24 | (size_t)read_number(reader, 3);
        if ((prefix == 1 && length < 1 << 6) || (prefix == 2 && length < 1 << 14))
                reader->failed = true;
        return reader->failed ? 0 : length;
}

MlsSlice mls_read_vector(ByteReader *reader)
{
        size_t size = mls_read_length(reader);
        const uint8_t *data = read_view(reader, size);

        return data ? mls_slice(data, size) : (MlsSlice){0};
}

void mls_read_fixed_vector(ByteReader *reader, void *out, size_t size)
{
        if (mls_read_length(reader) != size)
                reader->failed = true;
        read_bytes(reader, out, size);
}

MlsSlice mls_read_u16_vector(ByteReader *reader)
{
        MlsSlice vector = mls_read_vector(reader);

        if (vector.size % 2 != 0)
                reader->failed = true;
        return vector;
}

bool mls_u16_vector_contains(MlsSlice vector, uint16_t value)
{
        ByteReader reader = mls_reader(vector);

        while (reader.left > 0 && !reader.failed) {
                if (read_u16(&reader) == value)
                        return true;
        }
        return false;
}

MlsSlice mls_read_since(const ByteReader *begin, const ByteReader *end)
{
        if (end->failed || begin->failed)
                return (MlsSlice){0};
        return mls_slice(begin->data, begin->left - end->left);
}

void mls_writer_deinit(MlsWriter *writer)
{
        wipe_and_free(writer->data, writer->capacity);
        *writer = (MlsWriter){0};
}

int mls_writer_finish(MlsWriter *writer, MlsBuffer *out)
{
        int error = writer->error;

        *out = (MlsBuffer){0};
        if (error == 0) {
                *out = (MlsBuffer){.data = writer->data, .size = writer->size};
                *writer = (MlsWriter){0};
        }
        mls_writer_deinit(writer);
        return error;
}

/* Room for as many bytes more. Not realloc(), which would leave a copy behind. */
static bool reserve(MlsWriter *writer, size_t size)
{
        size_t capacity = writer->capacity > 0 ? writer->capacity : FIRST_CAPACITY;
        uint8_t *data;

        if (writer->error != 0)
                return false;
        if (size > MLS_ENCODED_MAX - writer->size) {
                writer->error = -EMSGSIZE;
                return false;
        }
        if (writer->capacity - writer->size >= size)
                return true;
        while (capacity - writer->size < size)
                capacity *= 2;
        data = malloc(capacity);
        if (!data) {
                writer->error = -ENOMEM;
                return false;
        }
        if (writer->size > 0)
                memcpy(data, writer->data, writer->size);
        wipe_and_free(writer->data, writer->capacity);
        writer->data = data;
        writer->capacity = capacity;
        return true;
}

void mls_write_bytes(MlsWriter *writer, const void *data, size_t size)
{
        if (size == 0 || !reserve(writer, size))
                return;
        memcpy(writer->data + writer->size, data, size);
        writer->size += size;
}

void mls_write_slice(MlsWriter *writer, MlsSlice slice)
{
        mls_write_bytes(writer, slice.data, slice.size);
}

void mls_write_number(MlsWriter *writer, uint64_t value, size_t size)
{
        uint8_t bytes[8];

        for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
        mls_write_bytes(writer, bytes, size);
}

void mls_write_u8(MlsWriter *writer, unsigned value)
{
        mls_write_number(writer, value, 1);
}

void mls_write_u16(MlsWriter *writer, unsigned value)
{
        mls_write_number(writer, value, 2);
}

void mls_write_u32(MlsWriter *writer, uint32_t value)
{
        mls_write_number(writer, value, 4);
}

void mls_write_u64(MlsWriter *writer, uint64_t value)
{
        mls_write_number(writer, value, 8);
}

void mls_write_zeros(MlsWriter *writer, size_t size)
{
        if (size == 0 || !reserve(writer, size))
                return;
        memset(writer->data + writer->size, 0, size);
        writer->size += size;
}

size_t mls_encode_length(size_t length, uint8_t out[static 4])
{
        size_t size = length < 1 << 6 ? 1 : length < 1 << 14 ? 2 : LENGTH_SIZE_MAX;

        if (length > LENGTH_MAX)
                return 0;
        for (size_t i = 0; i < size; i++)
                out[i] = (uint8_t)(length >> (8 * (size - 1 - i)));
        out[0] |= (uint8_t)(size / 2 << 6);
        return size;
}

void mls_write_vector(MlsWriter *writer, MlsSlice slice)
{
        uint8_t header[LENGTH_SIZE_MAX];
        size_t size = mls_encode_length(slice.size, header);

        if (size == 0)
                writer->error = writer->error != 0 ? writer->error : -EMSGSIZE;
        mls_write_bytes(writer, header, size);
        mls_write_slice(writer, slice);
}

/* The longest header is kept free, and what it does not need is closed at the end. */
size_t mls_begin_vector(MlsWriter *writer)
{
        size_t begin = writer->size;

        mls_write_zeros(writer, LENGTH_SIZE_MAX);
        return begin;
}

void mls_end_vector(MlsWriter *writer, size_t begin)
{
        uint8_t header[LENGTH_SIZE_MAX];
        size_t length, size;

        if (writer->error != 0)
                return;
        length = writer->size - begin - LENGTH_SIZE_MAX;
        size = mls_encode_length(length, header);
        memmove(writer->data + begin + size, writer->data + begin + LENGTH_SIZE_MAX, length);
        memcpy(writer->data + begin, header, size);
        writer->size = begin + size + length;
}
