/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/framing.h"
#include "e2ee/mls/welcome.h"

/* MLSMessage (RFC 9420 section 6): whatever clients send to each other. */
typedef struct MlsMessage {
        MlsWireFormat wire_format;
        union {
                MlsPublicMessage public_message;
                MlsPrivateMessage private_message;
                MlsWelcome welcome;
                MlsGroupInfo group_info;
                MlsKeyPackage key_package;
        };
} MlsMessage;

/*
 * 0; MLS_UNSUPPORTED for another version or wire format; MLS_TOO_LARGE; MLS_MALFORMED. The message consists
 * of slices of encoded.
 */
int mls_decode_message(MlsSlice encoded, MlsMessage *out);
void mls_write_message(MlsWriter *writer, const MlsMessage *message);
/* An MLSMessage around one that is encoded already. 0 or negative errno. */
int mls_wrap_message(MlsWireFormat wire_format, MlsSlice content, MlsBuffer *out);
/* What a delivery service may know of a public or private message: where it belongs. */
typedef struct MlsMessageHeader {
        MlsWireFormat wire_format;
        MlsSlice group_id;
        uint64_t epoch;
        MlsContentType type;
} MlsMessageHeader;
/* As mls_decode_message(); MLS_UNSUPPORTED for what is neither a public nor a private message. */
int mls_peek_message(MlsSlice encoded, MlsMessageHeader *out);
