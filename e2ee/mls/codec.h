/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/bytes.h"

/*
 * The TLS presentation language as RFC 9420 uses it (section 2.1): big-endian numbers, optional values, and
 * vectors behind a length of 1, 2 or 4 bytes.
 *
 * Decoding makes no copy and no allocation: what is decoded are slices of the input, which has to outlive
 * them. A vector of structures is checked as a whole when it is decoded and then kept as a slice; whoever
 * wants its elements reads it again. The reader is the ByteReader of e2ee/bytes.h: once failed, it stays so.
 */
typedef struct MlsSlice { /* bytes that belong to somebody else */
        const uint8_t *data;
        size_t size;
} MlsSlice;

typedef struct MlsBuffer { /* bytes that belong to whoever has it; on the heap, or none */
        uint8_t *data;
        size_t size;
} MlsBuffer;

static inline MlsSlice mls_slice(const void *data, size_t size)
{
        return (MlsSlice){.data = data, .size = size};
}

static inline MlsSlice mls_string(const char *text)
{
        return (MlsSlice){.data = (const uint8_t *)text, .size = strlen(text)};
}

static inline MlsSlice mls_slice_of(const MlsBuffer *buffer)
{
        return (MlsSlice){.data = buffer->data, .size = buffer->size};
}

static inline bool mls_slice_equal(MlsSlice a, MlsSlice b)
{
        return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline ByteReader mls_reader(MlsSlice slice)
{
        return byte_reader(slice.data, slice.size);
}

/* Wipes and frees; the buffer is empty afterwards. */
void mls_buffer_deinit(MlsBuffer *buffer);
/* A copy of the slice; 0 or -ENOMEM. */
int mls_buffer_init(MlsBuffer *out, MlsSlice from);

/* Section 2.1.2: fails where a length is longer than it has to be, or beyond what is left. */
size_t mls_read_length(ByteReader *reader);
MlsSlice mls_read_vector(ByteReader *reader);
/* A vector of exactly this size, copied. */
void mls_read_fixed_vector(ByteReader *reader, void *out, size_t size);
/* A vector of numbers of two bytes each. */
MlsSlice mls_read_u16_vector(ByteReader *reader);
bool mls_u16_vector_contains(MlsSlice vector, uint16_t value);
/* The bytes between two states of one reader. */
MlsSlice mls_read_since(const ByteReader *begin, const ByteReader *end);

/*
 * Writes into memory that grows, up to a hard maximum. The first failure stays, so an encoder asks once, at
 * its end. All memory that it lets go of is wiped.
 */
enum { MLS_ENCODED_MAX = 64 * 1024 * 1024 };

typedef struct MlsWriter {
        uint8_t *data;
        size_t size;
        size_t capacity;
        int error; /* 0, -ENOMEM or -EMSGSIZE */
} MlsWriter;

void mls_writer_deinit(MlsWriter *writer);
/* What was written becomes the caller's. Returns the error instead, and then there is nothing. */
int mls_writer_finish(MlsWriter *writer, MlsBuffer *out);
static inline MlsSlice mls_written(const MlsWriter *writer)
{
        return (MlsSlice){.data = writer->data, .size = writer->size};
}

/* How to begin: MLS_WRITER(writer); it is released at the end of its scope. */
#define MLS_WRITER(name) __attribute__((cleanup(mls_writer_deinit))) MlsWriter name = {0}

void mls_write_bytes(MlsWriter *writer, const void *data, size_t size);
void mls_write_slice(MlsWriter *writer, MlsSlice slice);
void mls_write_number(MlsWriter *writer, uint64_t value, size_t size);
void mls_write_u8(MlsWriter *writer, unsigned value);
void mls_write_u16(MlsWriter *writer, unsigned value);
void mls_write_u32(MlsWriter *writer, uint32_t value);
void mls_write_u64(MlsWriter *writer, uint64_t value);
void mls_write_zeros(MlsWriter *writer, size_t size);
void mls_write_vector(MlsWriter *writer, MlsSlice slice);

/* A vector whose size is not known yet: what is written between these two is its content. */
size_t mls_begin_vector(MlsWriter *writer);
void mls_end_vector(MlsWriter *writer, size_t begin);

/* The length of a vector, encoded: 1, 2 or 4 bytes, or 0 if it is beyond what can be encoded. */
size_t mls_encode_length(size_t length, uint8_t out[static 4]);
