/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/error.h"

static const char *const error_names[] = {
        [WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED] = "internal",
        [WIRE__ERROR_CODE__ERROR_CODE_MALFORMED] = "malformed",
        [WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED] = "unsupported",
        [WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_OLD] = "protocol-too-old",
        [WIRE__ERROR_CODE__ERROR_CODE_PROTOCOL_TOO_NEW] = "protocol-too-new",
        [WIRE__ERROR_CODE__ERROR_CODE_WRONG_SERVER_NAME] = "wrong-server-name",
        [WIRE__ERROR_CODE__ERROR_CODE_OUT_OF_ORDER] = "out-of-order",
        [WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME] = "bad-name",
        [WIRE__ERROR_CODE__ERROR_CODE_NAME_TAKEN] = "name-taken",
        [WIRE__ERROR_CODE__ERROR_CODE_REGISTRATION_CLOSED] = "registration-closed",
        [WIRE__ERROR_CODE__ERROR_CODE_BAD_INVITATION] = "bad-invitation",
        [WIRE__ERROR_CODE__ERROR_CODE_WRONG_PASSWORD] = "wrong-password",
        [WIRE__ERROR_CODE__ERROR_CODE_WRONG_KEY] = "wrong-key",
        [WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED] = "rate-limited",
        [WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT] = "unknown-recipient",
        [WIRE__ERROR_CODE__ERROR_CODE_STALE_DEVICE] = "stale-device",
        [WIRE__ERROR_CODE__ERROR_CODE_MAILBOX_FULL] = "mailbox-full",
        [WIRE__ERROR_CODE__ERROR_CODE_TOO_LARGE] = "too-large",
        [WIRE__ERROR_CODE__ERROR_CODE_TOO_MANY_PREKEYS] = "too-many-prekeys",
        [WIRE__ERROR_CODE__ERROR_CODE_BUSY] = "busy",
        [WIRE__ERROR_CODE__ERROR_CODE_NOT_FOUND] = "not-found",
        [WIRE__ERROR_CODE__ERROR_CODE_DIRECTORY_OFF] = "directory-off",
        [WIRE__ERROR_CODE__ERROR_CODE_BLOB_QUOTA] = "blob-quota",
        [WIRE__ERROR_CODE__ERROR_CODE_BLOB_CONFLICT] = "blob-conflict",
        [WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP] = "no-group",
        [WIRE__ERROR_CODE__ERROR_CODE_STALE_EPOCH] = "stale-epoch",
        [WIRE__ERROR_CODE__ERROR_CODE_GROUP_EXISTS] = "group-exists",
        [WIRE__ERROR_CODE__ERROR_CODE_GROUP_FULL] = "group-full",
};

static const char *const goodbye_names[] = {
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_UNSPECIFIED] = "unspecified",
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_SHUTTING_DOWN] = "shutting-down",
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_REPLACED] = "replaced",
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_TIMEOUT] = "timeout",
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_PROTOCOL_ERROR] = "protocol-error",
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_TOO_SLOW] = "too-slow",
        [WIRE__GOODBYE_REASON__GOODBYE_REASON_DEVICE_REMOVED] = "device-removed",
};

static const char *name_of(const char *const *names, size_t count, unsigned value)
{
        return value < count && names[value] ? names[value] : "unknown";
}

const char *wire_error_name(Wire__ErrorCode code)
{
        return name_of(error_names, sizeof(error_names) / sizeof(*error_names), (unsigned)code);
}

const char *wire_goodbye_name(Wire__GoodbyeReason reason)
{
        return name_of(goodbye_names, sizeof(goodbye_names) / sizeof(*goodbye_names), (unsigned)reason);
}
