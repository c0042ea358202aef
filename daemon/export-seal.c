/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/export-seal.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"

/* The file's header: magic, passes, KiB, salt. All numbers little-endian. */
static const char MAGIC[8] = "SMexport"; /* no NUL behind it */

enum {
        PREFIX_SIZE = sizeof(MAGIC) + 4 + 4 + WIRE_SALT_SIZE,
        CHUNK_SIZE = 64 * 1024,
};

struct ExportSeal { /* in guarded memory */
        crypto_secretstream_xchacha20poly1305_state state;
        uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
        uint8_t prefix[PREFIX_SIZE];
        uint8_t chunk[CHUNK_SIZE];
        size_t fill;
        bool has_begun;

        PasswordParameters parameters;
        Password *password;
        GThread *thread; /* while it derives */
        int result;
        ExportSealDone done; /* NULL: freed meanwhile. Only the main loop touches it */
        void *userdata;
};

static void put_u32(uint8_t *out, uint32_t value)
{
        for (unsigned i = 0; i < 4; i++)
                out[i] = (uint8_t)(value >> (i * 8));
}

/* ---- The key ---- */

static unsigned deriving; /* main loop only */

static gboolean on_derived(gpointer userdata)
{
        ExportSeal *seal = userdata;

        g_thread_join(g_steal_pointer(&seal->thread));
        deriving--;
        seal->password = password_free(seal->password);
        if (seal->done)
                seal->done(seal->userdata, seal->result);
        else
                sodium_free(seal);
        return G_SOURCE_REMOVE;
}

static gpointer derive(gpointer userdata)
{
        ExportSeal *seal = userdata;

        seal->result = crypto_pwhash(seal->key, sizeof(seal->key), (const char *)seal->password->bytes,
                                     seal->password->size, seal->parameters.salt, seal->parameters.passes,
                                     (size_t)seal->parameters.memory_kib * 1024,
                                     crypto_pwhash_ALG_ARGON2ID13) == 0
                                       ? 0
                                       : -ENOMEM;
        g_idle_add_full(G_PRIORITY_DEFAULT, on_derived, seal, NULL);
        return NULL;
}

int export_seal_new(Password *password, ExportSealDone done, void *userdata, ExportSeal **out)
{
        _cleanup_(password_freep) Password *owned = password;
        ExportSeal *seal;

        if (deriving > 0)
                return PROBLEM_TOO_MANY_CALLS;
        seal = sodium_malloc(sizeof(*seal));
        if (!seal)
                return -ENOMEM;
        memset(seal, 0, sizeof(*seal));
        password_parameters_new(&seal->parameters);
        memcpy(seal->prefix, MAGIC, sizeof(MAGIC));
        put_u32(seal->prefix + 8, seal->parameters.passes);
        put_u32(seal->prefix + 12, seal->parameters.memory_kib);
        memcpy(seal->prefix + 16, seal->parameters.salt, sizeof(seal->parameters.salt));
        seal->password = g_steal_pointer(&owned);
        seal->done = done;
        seal->userdata = userdata;
        deriving++;
        seal->thread = g_thread_new("export", derive, seal);
        *out = seal;
        return 0;
}

ExportSeal *export_seal_free(ExportSeal *seal)
{
        if (!seal)
                return NULL;
        if (seal->thread)
                seal->done = NULL; /* on_derived() frees it */
        else
                sodium_free(seal);
        return NULL;
}

/* ---- The stream ---- */

static void begin(ExportSeal *seal, GByteArray *out)
{
        uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];

        crypto_secretstream_xchacha20poly1305_init_push(&seal->state, header, seal->key);
        g_byte_array_append(out, seal->prefix, sizeof(seal->prefix));
        g_byte_array_append(out, header, sizeof(header));
        seal->has_begun = true;
}

/* The first chunk vouches for what stands before the stream. */
static void push_chunk(ExportSeal *seal, bool first, uint8_t tag, GByteArray *out)
{
        size_t at = out->len, size = seal->fill + crypto_secretstream_xchacha20poly1305_ABYTES;

        g_byte_array_set_size(out, (guint)(at + size));
        crypto_secretstream_xchacha20poly1305_push(&seal->state, out->data + at, NULL, seal->chunk,
                                                   seal->fill, first ? seal->prefix : NULL,
                                                   first ? sizeof(seal->prefix) : 0, tag);
        seal->fill = 0;
}

static bool begin_once(ExportSeal *seal, GByteArray *out)
{
        bool first = !seal->has_begun;

        if (first)
                begin(seal, out);
        return first;
}

void export_seal_push(ExportSeal *seal, const char *data, size_t size, GByteArray *out)
{
        while (size > 0) {
                size_t part = MIN(size, CHUNK_SIZE - seal->fill);

                /* A full chunk leaves when something comes behind it: so the last one is known as such. */
                if (part == 0) {
                        push_chunk(seal, begin_once(seal, out),
                                   crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, out);
                        continue;
                }
                memcpy(seal->chunk + seal->fill, data, part);
                seal->fill += part;
                data += part;
                size -= part;
        }
}

void export_seal_finish(ExportSeal *seal, GByteArray *out)
{
        push_chunk(seal, begin_once(seal, out), crypto_secretstream_xchacha20poly1305_TAG_FINAL, out);
}
