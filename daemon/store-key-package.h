/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/group.h"

/* Our key packages: by them others add us to groups while we are away. */
enum { STORE_KEY_PACKAGE_NONE = 1 };

int store_key_package_insert(Store *store, const GroupPackage *package, uint64_t now_ms);
/* The secret part, to be freed by mls_buffer_deinit(); 0 or STORE_KEY_PACKAGE_NONE. */
int store_key_package_secret(Store *store, const GroupReference *reference, MlsBuffer *out);
int store_key_package_delete(Store *store, const GroupReference *reference);
int store_key_package_set_uploaded(Store *store, const GroupReference *reference);
/* When the newest last-resort package was made that the server has; STORE_KEY_PACKAGE_NONE. */
int store_key_package_last_resort(Store *store, uint64_t *created_ms_out);
/* Those that nobody can use any more. */
int store_key_package_delete_expired(Store *store, uint64_t now_ms);

/* Those that the server has not confirmed, in no order; public_part is good only within each(). */
typedef struct KeyPackageRow {
        GroupReference reference;
        GroupPackageKind kind;
        MlsSlice public_part;
} KeyPackageRow;
int store_key_package_each_unsent(Store *store, int (*each)(void *userdata, const KeyPackageRow *row), void *userdata);
