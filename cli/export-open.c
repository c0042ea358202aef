/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/export-open.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum {
        SALT_AT = 16,
        PREFIX_SIZE = SALT_AT + crypto_pwhash_SALTBYTES,
        HEADER_SIZE = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
        TAIL = crypto_secretstream_xchacha20poly1305_ABYTES,
        CHUNK_SIZE = 64 * 1024,
        PASSES_MAX = 10, /* what a file may ask of this machine */
        MEMORY_KIB_MAX = 1024 * 1024,
};

typedef struct Opening { /* in guarded memory */
        crypto_secretstream_xchacha20poly1305_state state;
        uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
        uint8_t prefix[PREFIX_SIZE], header[HEADER_SIZE];
        uint8_t sealed[CHUNK_SIZE + TAIL], plain[CHUNK_SIZE];
} Opening;

static uint32_t get_u32(const uint8_t *at)
{
        return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static ExportOpen cut(FILE *in, ExportOpen otherwise)
{
        return ferror(in) ? EXPORT_OPEN_IO : otherwise;
}

static ExportOpen begin(Opening *o, FILE *in, const ClientSecret *password)
{
        size_t size = password->size;
        uint32_t passes, memory_kib;

        if (fread(o->prefix, 1, PREFIX_SIZE, in) != PREFIX_SIZE || memcmp(o->prefix, "SMexport", 8) != 0)
                return cut(in, EXPORT_OPEN_NO_EXPORT);
        passes = get_u32(o->prefix + 8);
        memory_kib = get_u32(o->prefix + 12);
        if (passes < 1 || passes > PASSES_MAX || memory_kib < 8 || memory_kib > MEMORY_KIB_MAX)
                return EXPORT_OPEN_NO_EXPORT;
        if (fread(o->header, 1, HEADER_SIZE, in) != HEADER_SIZE)
                return cut(in, EXPORT_OPEN_DAMAGED);
        if (size > 0 && password->bytes[size - 1] == '\n') /* as the daemon counts it */
                size--;
        if (crypto_pwhash(o->key, sizeof(o->key), password->bytes, size, o->prefix + SALT_AT, passes,
                          (size_t)memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
                errno = ENOMEM;
                return EXPORT_OPEN_IO;
        }
        return crypto_secretstream_xchacha20poly1305_init_pull(&o->state, o->header, o->key) == 0
                               ? EXPORT_OPEN_OK
                               : EXPORT_OPEN_WRONG;
}

static ExportOpen run(Opening *o, FILE *in, const ClientSecret *password, FILE *out)
{
        ExportOpen result = begin(o, in, password);
        unsigned char tag = 0;
        bool first = true;

        if (result != EXPORT_OPEN_OK)
                return result;
        for (;;) {
                size_t size = fread(o->sealed, 1, sizeof(o->sealed), in);

                if (size < TAIL)
                        return cut(in, EXPORT_OPEN_DAMAGED);
                if (crypto_secretstream_xchacha20poly1305_pull(&o->state, o->plain, NULL, &tag, o->sealed,
                                                               size, first ? o->prefix : NULL,
                                                               first ? PREFIX_SIZE : 0) != 0)
                        return first ? EXPORT_OPEN_WRONG : EXPORT_OPEN_DAMAGED;
                if (fwrite(o->plain, 1, size - TAIL, out) != size - TAIL)
                        return EXPORT_OPEN_IO;
                first = false;
                if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)
                        return fgetc(in) == EOF ? EXPORT_OPEN_OK : EXPORT_OPEN_DAMAGED;
        }
}

ExportOpen export_open(FILE *in, const ClientSecret *password, FILE *out)
{
        ExportOpen result;
        Opening *o;

        if (sodium_init() < 0 || !(o = sodium_malloc(sizeof(*o)))) {
                errno = ENOMEM;
                return EXPORT_OPEN_IO;
        }
        result = run(o, in, password, out);
        sodium_free(o);
        return result;
}
