/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/codec.h"

/*
 * Extensions (RFC 9420 section 13.4). A list is kept as the content of its vector. Types that are not known
 * here, GREASE among them, are carried along and have no meaning.
 */
enum {
        MLS_EXTENSION_APPLICATION_ID = 1,
        MLS_EXTENSION_RATCHET_TREE = 2,
        MLS_EXTENSION_REQUIRED_CAPABILITIES = 3,
        MLS_EXTENSION_EXTERNAL_PUB = 4,
        MLS_EXTENSION_EXTERNAL_SENDERS = 5,
};

typedef struct MlsExtension {
        uint16_t type;
        MlsSlice data;
} MlsExtension;

/* Types that every client has and that no list of capabilities names (section 7.2). */
static inline bool mls_extension_is_default(uint16_t type)
{
        return type >= MLS_EXTENSION_APPLICATION_ID && type <= MLS_EXTENSION_EXTERNAL_SENDERS;
}

/* A list; fails where it is not well formed, too long, or has a type twice. */
MlsSlice mls_read_extensions(ByteReader *reader);
/* The same for the content of a vector that did not come through a decoder. */
bool mls_extensions_are_valid(MlsSlice extensions);
/* Goes through a list: false at its end. The reader begins as mls_reader(list). */
bool mls_next_extension(ByteReader *reader, MlsExtension *out);
bool mls_find_extension(MlsSlice extensions, uint16_t type, MlsSlice *data);
void mls_write_extension(MlsWriter *writer, uint16_t type, MlsSlice data);

/* Section 11.1. Vectors of numbers of two bytes. */
typedef struct MlsRequiredCapabilities {
        MlsSlice extensions, proposals, credentials;
} MlsRequiredCapabilities;

bool mls_decode_required_capabilities(MlsSlice data, MlsRequiredCapabilities *out);
