/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-leaf.h"
#include "e2ee/mls/limits.h"

/* The stored secret part of a key package of ours. Slices are of its bytes. */
typedef struct GroupPackageSecret {
        GroupPackageKind kind;
        MlsKeyPackageSecrets secrets;
        MlsSlice encoded; /* the KeyPackage */
        MlsKeyPackage package;
} GroupPackageSecret;

int group_package_read_secret(MlsSlice secret_part, GroupPackageSecret *out); /* 0 or MLS_MALFORMED */

/* group_package_read(), and the package, of slices of public_part. */
int group_package_decode(MlsSlice public_part, const E2eeContext *context, MlsKeyPackage *package,
                         GroupMember *out);
