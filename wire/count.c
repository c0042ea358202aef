/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/count.h"

enum {
        /* GroupCommits has the most, with WIRE_GROUP_MEMBERS_MAX names and WIRE_BATCH_MAX commits of five fields. */
        FIELDS_MAX = 3072,
        DEPTH_MAX = 8, /* the schema has four */
};

/* How a field is encoded (Protocol Buffers, "Encoding"). */
typedef enum WireType {
        WIRE_VARINT = 0,
        WIRE_FIXED64 = 1,
        WIRE_LENGTH_DELIMITED = 2,
        WIRE_FIXED32 = 5,
} WireType;

typedef struct Bytes {
        const uint8_t *next, *end;
} Bytes;

static bool read_varint(Bytes *bytes, uint64_t *out)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 64 && bytes->next < bytes->end; shift += 7) {
                uint8_t byte = *bytes->next++;

                value |= (uint64_t)(byte & 0x7f) << shift;
                if (!(byte & 0x80)) {
                        *out = value;
                        return true;
                }
        }
        return false;
}

static bool skip(Bytes *bytes, uint64_t size)
{
        if (size > (uint64_t)(bytes->end - bytes->next))
                return false;
        bytes->next += size;
        return true;
}

static const ProtobufCMessageDescriptor *message_in(const ProtobufCMessageDescriptor *descriptor, uint64_t tag)
{
        const ProtobufCFieldDescriptor *field;

        field = protobuf_c_message_descriptor_get_field(descriptor, (unsigned)(tag >> 3));
        return field && field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
}

/* False when too many were counted. What cannot be read ends the counting: unpacking stops there too. */
static bool count(const ProtobufCMessageDescriptor *descriptor, Bytes bytes, unsigned depth, unsigned *left)
{
        const ProtobufCMessageDescriptor *inner;
        uint64_t tag, value;

        while (bytes.next < bytes.end) {
                const uint8_t *begin;

                if (!read_varint(&bytes, &tag))
                        return true;
                if (*left == 0 || depth == DEPTH_MAX)
                        return false;
                --*left;
                switch ((WireType)(tag & 7)) {
                case WIRE_VARINT:
                        if (!read_varint(&bytes, &value))
                                return true;
                        break;
                case WIRE_FIXED64:
                        if (!skip(&bytes, 8))
                                return true;
                        break;
                case WIRE_FIXED32:
                        if (!skip(&bytes, 4))
                                return true;
                        break;
                case WIRE_LENGTH_DELIMITED:
                        if (!read_varint(&bytes, &value))
                                return true;
                        begin = bytes.next;
                        if (!skip(&bytes, value))
                                return true;
                        inner = message_in(descriptor, tag);
                        if (inner && !count(inner, (Bytes){begin, bytes.next}, depth + 1, left))
                                return false;
                        break;
                default:
                        return true;
                }
        }
        return true;
}

bool has_few_fields(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size)
{
        unsigned left = FIELDS_MAX;

        return count(descriptor, (Bytes){data, data + size}, 0, &left);
}
