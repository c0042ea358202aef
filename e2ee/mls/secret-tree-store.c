/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored form of a secret tree, which nobody else reads. */
#include <errno.h>

#include "e2ee/mls/secret-tree.h"
#include "e2ee/mls/tree-math.h"

enum {
        SECRET_SIZE = 4 + MLS_HASH_SIZE,
        SENDER_SIZE = 4 + 2 * (4 + MLS_HASH_SIZE),
        SKIPPED_SIZE = 4 + 1 + 4 + MLS_AEAD_KEY_SIZE + MLS_AEAD_NONCE_SIZE,
};

void mls_secret_tree_write(MlsWriter *writer, const MlsSecretTree *tree)
{
        mls_write_u32(writer, tree->leaves);
        mls_write_u32(writer, (uint32_t)tree->secret_count);
        for (size_t i = 0; i < tree->secret_count; i++) {
                mls_write_u32(writer, tree->secrets[i].node);
                mls_write_bytes(writer, tree->secrets[i].secret.bytes, MLS_HASH_SIZE);
        }
        mls_write_u32(writer, (uint32_t)tree->sender_count);
        for (size_t i = 0; i < tree->sender_count; i++) {
                mls_write_u32(writer, tree->senders[i].leaf);
                for (unsigned kind = 0; kind < 2; kind++) {
                        mls_write_u32(writer, tree->senders[i].ratchets[kind].generation);
                        mls_write_bytes(writer, tree->senders[i].ratchets[kind].secret.bytes, MLS_HASH_SIZE);
                }
        }
        mls_write_u32(writer, (uint32_t)tree->skipped_count);
        for (size_t i = 0; i < tree->skipped_count; i++) {
                mls_write_u32(writer, tree->skipped[i].leaf);
                mls_write_u8(writer, tree->skipped[i].kind);
                mls_write_u32(writer, tree->skipped[i].generation);
                mls_write_bytes(writer, tree->skipped[i].key.key, MLS_AEAD_KEY_SIZE);
                mls_write_bytes(writer, tree->skipped[i].key.nonce, MLS_AEAD_NONCE_SIZE);
        }
}

/* How many entries of this size follow; fails where there is no room for them, or for more than allowed. */
static size_t read_count(ByteReader *reader, size_t size, size_t max)
{
        size_t count = read_u32(reader);

        if (count > max || count * size > reader->left)
                reader->failed = true;
        return reader->failed ? 0 : count;
}

static int read_secrets(ByteReader *reader, MlsSecretTree *out)
{
        size_t count = read_count(reader, SECRET_SIZE, out->leaves);

        if (count == 0)
                return 0;
        out->secrets = calloc(count, sizeof(*out->secrets));
        if (!out->secrets)
                return -ENOMEM;
        out->secret_count = out->secret_capacity = count;
        for (size_t i = 0; i < count; i++) {
                out->secrets[i].node = read_u32(reader);
                read_bytes(reader, out->secrets[i].secret.bytes, MLS_HASH_SIZE);
                if (out->secrets[i].node >= tree_width(out->leaves) ||
                    (i > 0 && out->secrets[i].node <= out->secrets[i - 1].node))
                        reader->failed = true;
        }
        return 0;
}

static int read_senders(ByteReader *reader, MlsSecretTree *out)
{
        size_t count = read_count(reader, SENDER_SIZE, out->leaves);

        if (count == 0)
                return 0;
        out->senders = calloc(count, sizeof(*out->senders));
        if (!out->senders)
                return -ENOMEM;
        out->sender_count = out->sender_capacity = count;
        for (size_t i = 0; i < count; i++) {
                out->senders[i].leaf = read_u32(reader);
                for (unsigned kind = 0; kind < 2; kind++) {
                        out->senders[i].ratchets[kind].generation = read_u32(reader);
                        read_bytes(reader, out->senders[i].ratchets[kind].secret.bytes, MLS_HASH_SIZE);
                }
                if (out->senders[i].leaf >= out->leaves ||
                    (i > 0 && out->senders[i].leaf <= out->senders[i - 1].leaf))
                        reader->failed = true;
        }
        return 0;
}

static int read_skipped(ByteReader *reader, MlsSecretTree *out)
{
        size_t count = read_count(reader, SKIPPED_SIZE, MLS_SKIPPED_MAX);

        if (count == 0)
                return 0;
        out->skipped = calloc(count, sizeof(*out->skipped));
        if (!out->skipped)
                return -ENOMEM;
        out->skipped_count = count;
        for (size_t i = 0; i < count; i++) {
                out->skipped[i].leaf = read_u32(reader);
                out->skipped[i].kind = read_bool(reader) ? MLS_RATCHET_APPLICATION : MLS_RATCHET_HANDSHAKE;
                out->skipped[i].generation = read_u32(reader);
                read_bytes(reader, out->skipped[i].key.key, MLS_AEAD_KEY_SIZE);
                read_bytes(reader, out->skipped[i].key.nonce, MLS_AEAD_NONCE_SIZE);
        }
        return 0;
}

int mls_secret_tree_read(ByteReader *reader, MlsSecretTree *out)
{
        int r;

        *out = (MlsSecretTree){.leaves = read_u32(reader)};
        if (out->leaves == 0 || out->leaves > MLS_LEAVES_MAX || (out->leaves & (out->leaves - 1)) != 0) {
                reader->failed = true;
                out->leaves = 1;
                return 0;
        }
        r = read_secrets(reader, out);
        if (r == 0)
                r = read_senders(reader, out);
        return r != 0 ? r : read_skipped(reader, out);
}
