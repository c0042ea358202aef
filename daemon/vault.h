/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/password.h"
#include "storage/database.h"

/*
 * The small file beside the store by which the password opens it: the random master key of the store,
 * wrapped by the store key (XChaCha20-Poly1305), and how to come from the password to that. It holds no name
 * and no date; a new password writes it anew, and nothing else.
 *
 *     "SMVAULT1"           8 bytes
 *     Argon2id passes      4, big-endian
 *     Argon2id memory      4, big-endian, KiB
 *     salt                16
 *     nonce               24
 *     wrapped master key  32 + 16; everything before it is its associated data
 */
enum {
        VAULT_SIZE = 8 + 4 + 4 + WIRE_SALT_SIZE + 24 + DATABASE_KEY_SIZE + 16,
};

#define VAULT_NAME      "vault"
#define VAULT_NEW_NAME  "vault.new"  /* of an account that is being made */
#define VAULT_NEXT_NAME "vault.next" /* under a new password, which the server may or may not have taken */

typedef struct Vault {
        PasswordParameters parameters;
        uint8_t nonce[24];
        uint8_t wrapped[DATABASE_KEY_SIZE + 16];
} Vault;

enum {
        VAULT_MALFORMED = 1, /* not a vault, damaged, or its parameters are beyond the limits */
        VAULT_WRONG_KEY = 2, /* the password was another, or the vault was tampered with */
};

void vault_wrap(Vault *vault, const PasswordParameters *parameters, const StoreKey *key,
                const DatabaseKey *master);
int vault_unwrap(const Vault *vault, const StoreKey *key,
                 DatabaseKey *master_out); /* 0 or VAULT_WRONG_KEY */

void vault_encode(const Vault *vault, uint8_t out[static VAULT_SIZE]);
int vault_decode(const uint8_t *data, size_t size, Vault *out); /* 0 or VAULT_MALFORMED */

/* Durable when they return 0. */
int vault_write_name(int folder_fd, const char *name, const Vault *vault);
int vault_commit_name(int folder_fd, const char *name); /* it becomes VAULT_NAME */
int vault_remove_name(int folder_fd, const char *name); /* it need not be there */
/* The same, its bytes overwritten first; a disk that keeps old versions keeps them all the same. */
int vault_destroy_name(int folder_fd, const char *name);

/* 0, VAULT_MALFORMED, -ENOENT, or another errno. */
int vault_read_name(int folder_fd, const char *name, Vault *out);
