/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The limits of the client-server protocol. frame_decode_client() and frame_decode_server() hold every frame to
 * them, so nobody behind them meets a longer field. docs/protocol.md, "Limits", repeats them for strangers.
 */
enum {
        WIRE_PROTOCOL_MIN = 1, /* the versions that this code speaks */
        WIRE_PROTOCOL_MAX = 1,

        WIRE_FRAME_MAX = 1024 * 1024,  /* bytes of one WebSocket message */
        WIRE_PAYLOAD_MAX = 128 * 1024, /* bytes of one envelope's payload: 64 KiB of text, padded and sealed, fits */
        WIRE_BATCH_MAX = 128,          /* envelopes in one Send or Deliver */

        WIRE_USER_NAME_MIN = 2, /* characters: a-z 0-9 . _ -, see wire/username.h */
        WIRE_USER_NAME_MAX = 32,
        WIRE_SERVER_NAME_MAX = 253, /* a DNS name, or an address */
        WIRE_CLIENT_NAME_MAX = 64,
        WIRE_ERROR_TEXT_MAX = 512,
        WIRE_INVITATION_TOKEN_MAX = 128,

        WIRE_CHALLENGE_SIZE = 32,
        WIRE_ENVELOPE_ID_SIZE = 16,
        WIRE_SALT_SIZE = 16,
        WIRE_AUTH_KEY_SIZE = 32,
        WIRE_PUBLIC_KEY_SIZE = 32,
        WIRE_SIGNATURE_SIZE = 64,

        WIRE_IDENTITY_MAX = 512,     /* bytes of an opaque identity */
        WIRE_PREKEY_MAX = 2048,      /* bytes of an opaque prekey: leaves room for ML-KEM-768 */
        WIRE_ONE_TIME_PREKEYS_MAX = 200, /* in one frame, and kept for one device */
        WIRE_DEVICES_MAX = 8,        /* bundles of one account */

        WIRE_TICKET_SIZE = 16,
        WIRE_TICKETS_MAX = 1000,     /* shown by one device, and watched */
        WIRE_USERS_MAX = 100,        /* names in one answer of the directory */
        WIRE_BLOB_ID_SIZE = 16,
        WIRE_BLOB_PIECE_MAX = 128 * 1024, /* bytes of one PutBlob or BlobData */

        WIRE_GROUP_ID_SIZE = 16,
        WIRE_GROUP_MEMBERS_MAX = 2000,
        WIRE_GROUP_CHANGES_MAX = 256,          /* accounts that one commit adds and removes, together */
        WIRE_GROUP_COMMIT_MAX = 256 * 1024,    /* bytes of a commit; another message of a group is an envelope's payload */
        WIRE_GROUP_WELCOME_MAX = 704 * 1024,   /* bytes: with the largest commit and its names, it fits a frame */
        WIRE_KEY_PACKAGE_MAX = 1024,           /* bytes of an opaque key package */
        WIRE_KEY_PACKAGES_MAX = 100,           /* one-time ones, in one frame, and kept for one device */
        WIRE_KEY_PACKAGE_USERS_MAX = 256,      /* names in one TakeKeyPackages */

        /* Argon2id: the least that a client accepts from a server, and the most that it computes. */
        WIRE_PASSWORD_PASSES_MIN = 2,
        WIRE_PASSWORD_PASSES_MAX = 10,
        WIRE_PASSWORD_MEMORY_KIB_MIN = 64 * 1024,
        WIRE_PASSWORD_MEMORY_KIB_MAX = 1024 * 1024,
};

#define WIRE_WEBSOCKET_PROTOCOL "secure-messenger"
#define WIRE_WEBSOCKET_PATH     "/v1"

/* WebSocket close codes of the server, beside the standard 1000, 1001 (shutting down) and 1009 (too large). */
enum {
        WIRE_CLOSE_GOING_AWAY = 1001,
        WIRE_CLOSE_PROTOCOL_ERROR = 4000,
        WIRE_CLOSE_REPLACED = 4001,
        WIRE_CLOSE_TIMEOUT = 4002,
        WIRE_CLOSE_TOO_SLOW = 4003,
        WIRE_CLOSE_DEVICE_REMOVED = 4004,
};
