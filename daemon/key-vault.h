/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "storage/database.h"

/*
 * A second way into the store, beside the vault, where a person has asked for it: the master key wrapped by an unlock
 * key, which is random and kept by somebody else (daemon/keyring.h). It has nothing of the password, so a new password
 * leaves it as it is, and whoever has the unlock key learns no password. The file KEY_VAULT_NAME:
 *
 *     "SMVKEYR1"           8 bytes
 *     nonce               24
 *     wrapped master key  32 + 16; everything before it is its associated data
 */
enum { UNLOCK_KEY_SIZE = 32, KEY_VAULT_SIZE = 8 + 24 + DATABASE_KEY_SIZE + 16 };

#define KEY_VAULT_NAME "vault.keyring"

typedef struct UnlockKey {
        uint8_t bytes[UNLOCK_KEY_SIZE];
} UnlockKey;

enum {
        KEY_VAULT_MALFORMED = 1,
        KEY_VAULT_WRONG_KEY = 2,
};

/* Durable when it returns 0. */
int key_vault_write(int folder_fd, const UnlockKey *key, const DatabaseKey *master);
/* 0, a code from above, -ENOENT, or another errno. */
int key_vault_open(int folder_fd, const UnlockKey *key, DatabaseKey *master_out);
bool key_vault_is_there(int folder_fd);
