/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/messenger.pb-c.h"

/*
 * What a person can meet: each has a name, which is its D-Bus error name and what the store and the bus give
 * as a reason, and a sentence that says what to do. docs/architecture.md has the table with exit codes.
 *
 * Functions that can fail for such a reason say so: they return a positive Problem, or a negative errno.
 */
typedef enum Problem {
        PROBLEM_NONE = 0,
        PROBLEM_FAILED,
        PROBLEM_NO_ACCOUNT,
        PROBLEM_LOCKED,
        PROBLEM_WRONG_PASSWORD,
        PROBLEM_NAME_TAKEN,
        PROBLEM_BAD_NAME,
        PROBLEM_UNKNOWN_RECIPIENT,
        PROBLEM_SERVER_UNREACHABLE,
        PROBLEM_CERTIFICATE_MISMATCH,
        PROBLEM_BAD_TEXT,
        PROBLEM_TEXT_TOO_LONG,
        PROBLEM_MAILBOX_FULL,
        PROBLEM_RATE_LIMITED,
        PROBLEM_STORE_DAMAGED,
        PROBLEM_DISK_FULL,
        PROBLEM_PROTOCOL_TOO_OLD,
        PROBLEM_PROTOCOL_TOO_NEW,
        PROBLEM_KEY_CHANGED,
        PROBLEM_REGISTRATION_CLOSED,
        PROBLEM_BAD_INVITATION,
        PROBLEM_ALREADY_REGISTERED,
        PROBLEM_NOT_FOUND,
        PROBLEM_TOO_MANY_CALLS,
        PROBLEM_BAD_PASSWORD,
        PROBLEM_STORE_TOO_NEW,
        PROBLEM_INVALID_ARGUMENT,
        PROBLEM_NOT_ALLOWED,
        PROBLEM_BLOCKED,
        PROBLEM_KEYRING_UNAVAILABLE,
        PROBLEM_ACCOUNT_DELETED,
        PROBLEM_NO_VERIFICATION,
        PROBLEM_ATTACHMENT_TOO_LARGE,
        PROBLEM_ATTACHMENT_GONE,
        PROBLEM_ATTACHMENT_DAMAGED,
        PROBLEM_ATTACHMENT_NOT_HERE,
        PROBLEM_ATTACHMENT_UNREADABLE,
        PROBLEM_ATTACHMENT_QUOTA,
        PROBLEM_DIRECTORY_OFF,
        PROBLEM_NOT_A_MEMBER,
        PROBLEM_NOT_AN_ADMIN,
        PROBLEM_UNKNOWN_MEMBER,
        PROBLEM_ALREADY_MEMBER,
        PROBLEM_LAST_ADMIN,
        PROBLEM_BAD_GROUP_NAME,
        PROBLEM_GROUP_FULL,
        PROBLEM_NO_KEY_PACKAGE,
        PROBLEM_GROUP_BUSY,
        /* Reasons only: no call ends with one of these. */
        PROBLEM_OFFLINE,
        PROBLEM_REPLACED,
        PROBLEM_DEVICE_REMOVED,
} Problem;

/* "WrongPassword"; "" for PROBLEM_NONE. */
const char *problem_name(Problem problem);
/* PROBLEM_FAILED for a name that is not in the table. */
Problem problem_from_name(const char *name);
/* Translated; "" for PROBLEM_NONE. */
const char *problem_sentence(Problem problem);

/* The same, and when to try again where that is known: milliseconds since 1970, or 0. Free it with g_free().
 */
char *problem_sentence_when(Problem problem, uint64_t retry_at_ms);
/* The same for a sentence that says more than the problem's own. */
char *sentence_when(const char *sentence, uint64_t retry_at_ms);

/* A result of ours, of either kind, as a Problem: 0, a Problem, or a negative errno of libstorage or the
 * system. */
Problem problem_from_result(int r);
/* What the server said. */
Problem problem_from_wire(Wire__ErrorCode code);
