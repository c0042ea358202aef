/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/limits.h"

/*
 * How a device proves to the server who connects. docs/protocol.md, "Authentication".
 *
 * The device has an Ed25519 key pair for this alone. It signs
 *
 *     "SecureMessenger device authentication v1" 00
 *     length of the server's name, one byte; the server's name
 *     length of the user name, one byte; the user name
 *     device ID, four bytes, big-endian
 *     the challenge, 32 bytes
 *
 * so a signature is good for one server, one account, one device and one connection.
 */
typedef struct DeviceAuthPublicKey {
        uint8_t bytes[WIRE_PUBLIC_KEY_SIZE];
} DeviceAuthPublicKey;

typedef struct DeviceAuthSecretKey {
        uint8_t bytes[64]; /* seed and public key, as libsodium keeps it */
} DeviceAuthSecretKey;

typedef struct DeviceAuthSignature {
        uint8_t bytes[WIRE_SIGNATURE_SIZE];
} DeviceAuthSignature;

typedef struct DeviceAuthInput {
        const char *server_name; /* at most WIRE_SERVER_NAME_MAX bytes */
        const char *user_name;   /* at most WIRE_USER_NAME_MAX bytes */
        uint32_t device_id;
        const uint8_t *challenge; /* WIRE_CHALLENGE_SIZE bytes */
} DeviceAuthInput;

enum {
        AUTH_WRONG = 1, /* the signature does not fit the key and the input */
};

void device_auth_generate(DeviceAuthPublicKey *public_out, DeviceAuthSecretKey *secret_out);
/* -EINVAL: a name is too long. */
int device_auth_sign(const DeviceAuthSecretKey *key, const DeviceAuthInput *input, DeviceAuthSignature *out);
int device_auth_verify(const DeviceAuthPublicKey *key, const DeviceAuthInput *input,
                       const DeviceAuthSignature *signature);
