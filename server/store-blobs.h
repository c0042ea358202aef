/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "storage/database.h"
#include "wire/limits.h"

/*
 * The rows of blobs: `blobs.db`. Functions return 0 or a negative errno, as storage/database.h has it, and take a
 * connection; those that change something take one with a transaction.
 */
typedef struct BlobRow {
        char owner[WIRE_USER_NAME_MAX + 1];
        uint64_t size;
        uint64_t stored;
} BlobRow;

enum { BLOB_CHARGE_MIN = 4096 }; /* what a small blob takes of its owner's quota */

typedef struct BlobTotal {
        int64_t count, bytes;
} BlobTotal;

int store_blobs_open(const char *path, Database **writing_out, Database **reading_out);

/* 1: found; 0: there is none. */
int store_blobs_find(Database *database, const uint8_t *id, BlobRow *out);
int store_blobs_charged(Database *database, const char *owner, uint64_t *bytes_out);
int store_blobs_total(Database *database, BlobTotal *out);

/* A new one, or one of which more is stored. */
int store_blobs_put(Database *database, const uint8_t *id, const BlobRow *row, uint64_t now_ms);

/* They move to those whose files are to go; *out is what there was. */
int store_blobs_remove(Database *database, const uint8_t *id, const char *owner, BlobTotal *out);
int store_blobs_remove_owned(Database *database, const char *owner, BlobTotal *out);
int store_blobs_remove_older(Database *database, uint64_t before_ms, unsigned max, BlobTotal *out);

/* 1: its file is still to go; 0: no. */
int store_blobs_is_gone(Database *database, const uint8_t *id);
/* The first ones, up to max. */
int store_blobs_gone(Database *database, uint8_t ids[][WIRE_BLOB_ID_SIZE], unsigned max, unsigned *count_out);
int store_blobs_forget_gone(Database *database, const uint8_t *id);
