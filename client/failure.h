/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Every way in which a call to the daemon can fail. The values are the exit codes of smctl, which
 * docs/architecture.md ("Errors that a person meets") and smctl(1) list; a test holds the three together.
 */
typedef enum ClientFailure {
        CLIENT_FAILURE_NONE = 0,
        CLIENT_FAILURE_FAILED = 1,
        CLIENT_FAILURE_USAGE = 2,
        CLIENT_FAILURE_NO_DAEMON = 3,
        CLIENT_FAILURE_NO_ACCOUNT = 4,
        CLIENT_FAILURE_LOCKED = 5,
        CLIENT_FAILURE_WRONG_PASSWORD = 6,
        CLIENT_FAILURE_NAME_TAKEN = 7,
        CLIENT_FAILURE_BAD_NAME = 8,
        CLIENT_FAILURE_UNKNOWN_RECIPIENT = 9,
        CLIENT_FAILURE_SERVER_UNREACHABLE = 10,
        CLIENT_FAILURE_CERTIFICATE_MISMATCH = 11,
        CLIENT_FAILURE_BAD_TEXT = 12,
        CLIENT_FAILURE_TEXT_TOO_LONG = 13,
        CLIENT_FAILURE_MAILBOX_FULL = 14,
        CLIENT_FAILURE_RATE_LIMITED = 15,
        CLIENT_FAILURE_STORE_DAMAGED = 16,
        CLIENT_FAILURE_DISK_FULL = 17,
        CLIENT_FAILURE_PROTOCOL_TOO_OLD = 18,
        CLIENT_FAILURE_PROTOCOL_TOO_NEW = 19,
        CLIENT_FAILURE_QUEUED = 20,
        CLIENT_FAILURE_KEY_CHANGED = 21,
        CLIENT_FAILURE_REGISTRATION_CLOSED = 22,
        CLIENT_FAILURE_BAD_INVITATION = 23,
        CLIENT_FAILURE_ALREADY_REGISTERED = 24,
        CLIENT_FAILURE_NOT_FOUND = 25,
        CLIENT_FAILURE_TOO_MANY_CALLS = 26,
        CLIENT_FAILURE_BAD_PASSWORD = 27,
        CLIENT_FAILURE_STORE_TOO_NEW = 28,
        CLIENT_FAILURE_INVALID_ARGUMENT = 29,
        CLIENT_FAILURE_BLOCKED = 30,
        CLIENT_FAILURE_NOT_ALLOWED = 31,
        CLIENT_FAILURE_KEYRING_UNAVAILABLE = 32,
        CLIENT_FAILURE_ACCOUNT_DELETED = 33,
        CLIENT_FAILURE_NO_VERIFICATION = 34,
        CLIENT_FAILURE_MISMATCH = 35,
        CLIENT_FAILURE_NOT_COMPARED = 36,
        CLIENT_FAILURE_DIRECTORY_OFF = 37,
        CLIENT_FAILURE_ATTACHMENT_TOO_LARGE = 40,
        CLIENT_FAILURE_ATTACHMENT_GONE = 41,
        CLIENT_FAILURE_ATTACHMENT_DAMAGED = 42,
        CLIENT_FAILURE_ATTACHMENT_NOT_HERE = 43,
        CLIENT_FAILURE_ATTACHMENT_UNREADABLE = 44,
        CLIENT_FAILURE_ATTACHMENT_QUOTA = 45,
        CLIENT_FAILURE_FILE_EXISTS = 46,
        CLIENT_FAILURE_NOT_A_MEMBER = 50,
        CLIENT_FAILURE_NOT_AN_ADMIN = 51,
        CLIENT_FAILURE_UNKNOWN_MEMBER = 52,
        CLIENT_FAILURE_ALREADY_MEMBER = 53,
        CLIENT_FAILURE_LAST_ADMIN = 54,
        CLIENT_FAILURE_BAD_GROUP_NAME = 55,
        CLIENT_FAILURE_GROUP_FULL = 56,
        CLIENT_FAILURE_NO_KEY_PACKAGE = 57,
        CLIENT_FAILURE_GROUP_BUSY = 58,
        CLIENT_FAILURE_INTERRUPTED = 130,
} ClientFailure;

/* A GError of ours has this domain and a ClientFailure as its code. */
#define CLIENT_FAILURE (client_failure_quark())
GQuark client_failure_quark(void);

/*
 * What an error means: one of ours, one of the daemon's, or one of the bus, which is NO_DAEMON where the
 * daemon could not be reached or did not answer. NULL is NONE.
 */
ClientFailure client_failure_of(const GError *error);

/* By the NAME in org.securemessenger.Messenger1.Error.NAME; FAILED for an unknown one. */
ClientFailure client_failure_from_name(const char *name);

/* The NAME, or NULL for those that the daemon does not know. */
const char *client_failure_name(ClientFailure failure);

/* What happened, as a translated sentence. */
const char *client_failure_sentence(ClientFailure failure);

/*
 * What happened, in the daemon's own words where they tell more than the sentence: when to try again, which
 * certificate. Newly allocated.
 */
char *client_failure_describe(const GError *error);

/*
 * Why a message waits or the connection is down: the sentence for a `reason` or ConnectionError, which may
 * also be "Offline", "Replaced" or "DeviceRemoved". "" for "".
 */
const char *client_reason_sentence(const char *name);

/* All failures that have a NAME, for whoever walks over them: NULL past the last. */
const char *client_failure_name_at(size_t index);
