/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "daemon/problem.h"
#include "wire/limits.h"

/*
 * A password, and the two keys that it is turned into: Argon2id, split by HKDF labels into the auth key,
 * which the server sees, and the store key, which never leaves this machine. docs/protocol.md, "Passwords".
 */
enum {
        PASSWORD_MIN = 8,          /* bytes of a new one */
        PASSWORD_MAX = 1024,       /* bytes of any */
        PASSWORD_MEMORY_MIB = 256, /* of Argon2id, where nothing else is said */
        STORE_KEY_SIZE = 32,
};

typedef struct Password { /* in guarded memory */
        size_t size;
        uint8_t bytes[PASSWORD_MAX];
} Password;

/* One line feed at the end does not count. NULL: no memory. size: at most PASSWORD_MAX + 1. */
Password *password_new(const uint8_t *data, size_t size);
Password *password_copy(const Password *password); /* NULL: no memory */
Password *password_free(Password *password);
void password_freep(Password **password);

typedef struct PasswordParameters { /* of Argon2id, as in wire/messenger.proto */
        uint8_t salt[WIRE_SALT_SIZE];
        uint32_t passes;
        uint32_t memory_kib;
} PasswordParameters;

typedef struct AuthKey {
        uint8_t bytes[WIRE_AUTH_KEY_SIZE];
} AuthKey;

typedef struct StoreKey {
        uint8_t bytes[STORE_KEY_SIZE];
} StoreKey;

typedef struct PasswordKeys {
        AuthKey auth;
        StoreKey store;
} PasswordKeys;

/*
 * How much memory new passwords take from here on, for machines that have little; the passes stay. Once,
 * before there are threads. false: not within the limits of wire/limits.h.
 */
bool password_set_memory(int64_t mib);
/* A fresh salt, and the cost of a new password. */
void password_parameters_new(PasswordParameters *out);
/* Within the limits of wire/limits.h: neither too cheap, nor a way to exhaust this machine. */
bool password_parameters_are_fair(const PasswordParameters *parameters);

/* Takes most of a second. -ENOMEM. */
int password_derive(const Password *password, const PasswordParameters *parameters, PasswordKeys *out);
