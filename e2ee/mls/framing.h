/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/commit.h"
#include "e2ee/mls/group-context.h"

/* Message framing (RFC 9420 section 6): the form of it. Protection is in e2ee/mls/protection.h. */
typedef enum MlsContentType {
        MLS_APPLICATION = 1,
        MLS_PROPOSAL = 2,
        MLS_COMMIT = 3,
} MlsContentType;

typedef enum MlsSenderType {
        MLS_SENDER_MEMBER = 1,
        MLS_SENDER_EXTERNAL = 2,
        MLS_SENDER_NEW_MEMBER_PROPOSAL = 3,
        MLS_SENDER_NEW_MEMBER_COMMIT = 4,
} MlsSenderType;

typedef enum MlsWireFormat {
        MLS_PUBLIC_MESSAGE = 1,
        MLS_PRIVATE_MESSAGE = 2,
        MLS_WELCOME = 3,
        MLS_GROUP_INFO = 4,
        MLS_KEY_PACKAGE = 5,
} MlsWireFormat;

typedef struct MlsSender {
        MlsSenderType type;
        uint32_t index; /* member: leaf index; external: index in external_senders */
} MlsSender;

typedef struct MlsFramedContent {
        MlsSlice group_id;
        uint64_t epoch;
        MlsSender sender;
        MlsSlice authenticated_data;
        MlsContentType type;
        union {
                MlsSlice application_data;
                MlsProposal proposal;
                MlsCommit commit;
        };
        MlsSlice encoded; /* set by decoding */
} MlsFramedContent;

typedef struct MlsAuthData { /* FramedContentAuthData (section 6.1) */
        MlsSlice signature;
        MlsSlice confirmation_tag; /* of commits */
} MlsAuthData;

typedef struct MlsAuthenticatedContent {
        MlsWireFormat wire_format;
        MlsFramedContent content;
        MlsAuthData auth;
        MlsSlice encoded;
} MlsAuthenticatedContent;

typedef struct MlsPublicMessage { /* section 6.2 */
        MlsFramedContent content;
        MlsAuthData auth;
        MlsSlice membership_tag; /* of members */
} MlsPublicMessage;

typedef struct MlsPrivateMessage { /* section 6.3 */
        MlsSlice group_id;
        uint64_t epoch;
        MlsContentType type;
        MlsSlice authenticated_data;
        MlsSlice encrypted_sender_data;
        MlsSlice ciphertext;
} MlsPrivateMessage;

void mls_read_framed_content(ByteReader *reader, MlsFramedContent *out);
void mls_write_framed_content(MlsWriter *writer, const MlsFramedContent *content);
/* What stands before the content. */
void mls_write_content_header(MlsWriter *writer, const MlsFramedContent *content);
/* The content alone, as it stands in a FramedContent and in a PrivateMessageContent. */
void mls_read_content(ByteReader *reader, MlsContentType type, MlsFramedContent *out);
void mls_write_content(MlsWriter *writer, const MlsFramedContent *content);
MlsContentType mls_read_content_type(ByteReader *reader);

void mls_read_auth_data(ByteReader *reader, MlsContentType type, MlsAuthData *out);
void mls_write_auth_data(MlsWriter *writer, MlsContentType type, const MlsAuthData *auth);

void mls_read_authenticated_content(ByteReader *reader, MlsAuthenticatedContent *out);
int mls_decode_authenticated_content(MlsSlice encoded,
                                     MlsAuthenticatedContent *out); /* 0 or MLS_MALFORMED */

void mls_read_public_message(ByteReader *reader, MlsPublicMessage *out);
void mls_write_public_message(MlsWriter *writer, const MlsPublicMessage *message);
void mls_read_private_message(ByteReader *reader, MlsPrivateMessage *out);
void mls_write_private_message(MlsWriter *writer, const MlsPrivateMessage *message);
