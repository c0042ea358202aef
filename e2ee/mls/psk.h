/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/crypto.h"

/* Pre-shared keys (RFC 9420 section 8.4). */
typedef enum MlsPskType {
        MLS_PSK_EXTERNAL = 1,
        MLS_PSK_RESUMPTION = 2,
} MlsPskType;

typedef enum MlsPskUsage { /* of resumption PSKs */
                           MLS_PSK_FOR_APPLICATION = 1,
                           MLS_PSK_FOR_REINIT = 2,
                           MLS_PSK_FOR_BRANCH = 3,
} MlsPskUsage;

typedef struct MlsPskId {
        MlsPskType type;
        MlsSlice id;       /* external */
        MlsPskUsage usage; /* resumption */
        MlsSlice group_id;
        uint64_t epoch;
        MlsSlice nonce;
} MlsPskId;

void mls_read_psk_id(ByteReader *reader, MlsPskId *out);
void mls_write_psk_id(MlsWriter *writer, const MlsPskId *id);

/*
 * psk_secret, one PSK after the other in their order: begins as zeros, which is what it is without any. psk
 * has any size. 0 or negative errno.
 */
int mls_add_psk(MlsSecret *psk_secret, const MlsPskId *id, MlsSlice psk, unsigned index, unsigned count);
