/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/refusal.h"

const char *mls_refusal_name(int refusal)
{
        static const char *const names[] = {
                        [MLS_MALFORMED] = "malformed",
                        [MLS_UNSUPPORTED] = "unsupported",
                        [MLS_TOO_LARGE] = "too large",
                        [MLS_FORGED] = "forged",
                        [MLS_WRONG_GROUP] = "wrong group",
                        [MLS_EPOCH_GONE] = "epoch gone",
                        [MLS_EPOCH_AHEAD] = "epoch ahead",
                        [MLS_REPEATED] = "repeated",
                        [MLS_TOO_FAR] = "too far",
                        [MLS_UNKNOWN_SENDER] = "unknown sender",
                        [MLS_OWN_MESSAGE] = "own message",
                        [MLS_INVALID_LEAF] = "invalid leaf",
                        [MLS_INVALID_TREE] = "invalid tree",
                        [MLS_INVALID_PATH] = "invalid path",
                        [MLS_INVALID_PROPOSAL] = "invalid proposal",
                        [MLS_INVALID_PROPOSALS] = "invalid proposal list",
                        [MLS_UNKNOWN_PROPOSAL] = "unknown proposal",
                        [MLS_UNKNOWN_PSK] = "unknown pre-shared key",
                        [MLS_UNKNOWN_KEY_PACKAGE] = "unknown key package",
                        [MLS_EXPIRED] = "expired",
                        [MLS_BAD_CREDENTIAL] = "bad credential",
                        [MLS_FORBIDDEN] = "forbidden",
                        [MLS_NOT_ACTIVE] = "not active",
                        [MLS_COMMIT_FIRST] = "commit first",
                        [MLS_COMMIT_PENDING] = "commit pending",
                        [MLS_GROUP_FULL] = "group full",
                        [MLS_NO_TREE] = "no tree",
                        [MLS_NO_EXTERNAL_KEY] = "no external key",
        };

        if (refusal < MLS_MALFORMED || refusal > MLS_NO_EXTERNAL_KEY)
                return "?";
        return names[refusal];
}
