/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/database.h"

/*
 * The encryption of a store's files, without their I/O: one block, and the header of the main file. Byte by byte in
 * docs/store-format.md.
 *
 * A sealed block is a fresh random nonce, the ciphertext and the tag of XChaCha20-Poly1305, over the database's ID,
 * the file's role and the block's number as associated data. A block keeps its length: the last one of a file may be
 * shorter than CIPHER_BLOCK_SIZE, so the plaintext's size follows from the file's.
 */
enum {
        CIPHER_BLOCK_SIZE = 4096, /* plaintext; SQLite is told that it is the sector size */
        CIPHER_NONCE_SIZE = 24,
        CIPHER_OVERHEAD = CIPHER_NONCE_SIZE + 16,
        CIPHER_SEALED_SIZE = CIPHER_BLOCK_SIZE + CIPHER_OVERHEAD,

        CIPHER_HEADER_COPY_SIZE = 64,
        CIPHER_HEADER_SIZE = 2 * CIPHER_HEADER_COPY_SIZE, /* two, so that damage is told from another key */
};

/* What a file is to SQLite. The numbers are part of the format. */
typedef enum CipherRole {
        CIPHER_MAIN = 1,
        CIPHER_WAL = 2,
        CIPHER_JOURNAL = 3,
        CIPHER_SUPER_JOURNAL = 4,
        CIPHER_TEMPORARY = 5,
} CipherRole;

typedef struct CipherId { /* of a database; random, made with it */
        uint8_t bytes[16];
} CipherId;

typedef struct CipherKeys { /* secret: in guarded memory */
        uint8_t header[32];
        uint8_t block[32];
} CipherKeys;

typedef struct CipherPlace { /* where a block belongs, and is valid */
        CipherId id;
        CipherRole role;
        uint64_t index;
} CipherPlace;

void cipher_keys_derive(CipherKeys *out, const DatabaseKey *key);
void cipher_id_generate(CipherId *out);

enum {
        CIPHER_FORGED = 1,    /* a block: not sealed with this key for this place */
        CIPHER_WRONG_KEY = 2, /* a header: no copy of it opens */
        CIPHER_DAMAGED = 3,   /* a header: a copy opens, but not both of them, or they differ */
        CIPHER_TOO_NEW = 4,   /* a header: of a format that this code does not know */
};

/* size: at most CIPHER_BLOCK_SIZE; out has room for size + CIPHER_OVERHEAD. */
void cipher_block_seal(const CipherKeys *keys, const CipherPlace *place, const uint8_t *plain, size_t size,
                       uint8_t *out);
/* Writes sealed_size - CIPHER_OVERHEAD bytes. Returns 0, or CIPHER_FORGED, and then zeros out. */
int cipher_block_open(const CipherKeys *keys, const CipherPlace *place, const uint8_t *sealed, size_t sealed_size,
                      uint8_t *out);

void cipher_header_encode(const CipherKeys *keys, const CipherId *id, uint8_t out[static CIPHER_HEADER_SIZE]);
/* size may be less than CIPHER_HEADER_SIZE: a truncated file. */
int cipher_header_decode(const CipherKeys *keys, const uint8_t *data, size_t size, CipherId *out);
