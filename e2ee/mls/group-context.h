/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/crypto.h"
#include "e2ee/mls/extension.h"

/* GroupContext (RFC 9420 section 8.1): what all members of an epoch agree on. */
typedef struct MlsGroupContext {
        uint16_t version;
        uint16_t cipher_suite;
        MlsSlice group_id;
        uint64_t epoch;
        MlsSlice tree_hash;
        MlsSlice confirmed_transcript_hash; /* empty in epoch 0 */
        MlsSlice extensions;                /* content of the list */
} MlsGroupContext;

void mls_read_group_context(ByteReader *reader, MlsGroupContext *out);
void mls_write_group_context(MlsWriter *writer, const MlsGroupContext *context);
/* 0 or negative errno. */
int mls_encode_group_context(const MlsGroupContext *context, MlsBuffer *out);
