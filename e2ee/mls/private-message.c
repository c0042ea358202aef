/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encrypted messages (RFC 9420 section 6.3). */
#include <errno.h>

#include "e2ee/mls/protection.h"
#include "e2ee/wipe.h"

enum {
        SENDER_DATA_SIZE = 4 + 4 + 4,
        BUCKET_MIN = 256,
        BUCKET_MAX = 96 * 1024,
        LARGE_STEP = 32 * 1024,
};

size_t mls_padded_size(size_t size)
{
        size_t bucket = BUCKET_MIN;

        if (size > BUCKET_MAX)
                return (size + LARGE_STEP - 1) / LARGE_STEP * LARGE_STEP;
        while (bucket < size && bucket + bucket / 2 < size)
                bucket *= 2;
        return bucket < size ? bucket + bucket / 2 : bucket;
}

/* The first fields of PrivateMessage: SenderDataAAD, and with authenticated_data PrivateContentAAD. */
static void write_aad(MlsWriter *writer, const MlsPrivateMessage *message, bool of_content)
{
        mls_write_vector(writer, message->group_id);
        mls_write_u64(writer, message->epoch);
        mls_write_u8(writer, message->type);
        if (of_content)
                mls_write_vector(writer, message->authenticated_data);
}

/* Section 6.3.1: the nonce of the key schedule, with the guard. */
static void guard_nonce(MlsAeadKey *key, const uint8_t guard[static 4])
{
        for (unsigned i = 0; i < 4; i++)
                key->nonce[i] ^= guard[i];
}

void mls_sender_data_key(const MlsSecret *sender_data_secret, MlsSlice ciphertext, MlsAeadKey *out)
{
        MlsSlice sample = ciphertext;

        if (sample.size > MLS_HASH_SIZE)
                sample.size = MLS_HASH_SIZE;
        mls_expand_with_label(sender_data_secret, mls_string("key"), sample, out->key, sizeof(out->key));
        mls_expand_with_label(sender_data_secret, mls_string("nonce"), sample, out->nonce,
                              sizeof(out->nonce));
}

/* PrivateMessageContent, sealed. */
static int seal_content(const MlsAuthenticatedContent *content, const MlsPrivateMessage *message,
                        const MlsAeadKey *key, MlsWriter *out)
{
        size_t size;
        MLS_WRITER(aad);

        write_aad(&aad, message, true);
        mls_write_content(out, &content->content);
        mls_write_auth_data(out, content->content.type, &content->auth);
        size = out->size;
        mls_write_zeros(out, mls_padded_size(size) - size + MLS_AEAD_TAG_SIZE);
        if (aad.error != 0 || out->error != 0)
                return aad.error != 0 ? aad.error : out->error;
        mls_aead_seal(key, mls_written(&aad), out->data, mls_padded_size(size), out->data);
        return 0;
}

static int seal_sender_data(const MlsSenderData *sender, const MlsPrivateMessage *message,
                            const MlsSecret *sender_data_secret,
                            uint8_t out[static SENDER_DATA_SIZE + MLS_AEAD_TAG_SIZE])
{
        ByteWriter plain = byte_writer(out, SENDER_DATA_SIZE);
        MlsAeadKey key;
        MLS_WRITER(aad);
        E2EE_WIPE(key);

        write_aad(&aad, message, false);
        if (aad.error != 0)
                return aad.error;
        write_u32(&plain, sender->leaf);
        write_u32(&plain, sender->generation);
        write_bytes(&plain, sender->reuse_guard, sizeof(sender->reuse_guard));
        mls_sender_data_key(sender_data_secret, message->ciphertext, &key);
        mls_aead_seal(&key, mls_written(&aad), out, SENDER_DATA_SIZE, out);
        return 0;
}

int mls_protect_private(const MlsAuthenticatedContent *content, const MlsSecret *sender_data_secret,
                        const MlsAeadKey *key, uint32_t generation, const E2eeContext *random,
                        MlsBuffer *out)
{
        const MlsFramedContent *framed = &content->content;
        uint8_t sealed_sender[SENDER_DATA_SIZE + MLS_AEAD_TAG_SIZE];
        MlsSenderData sender = {.leaf = framed->sender.index, .generation = generation};
        MlsPrivateMessage message = {
                        .group_id = framed->group_id,
                        .epoch = framed->epoch,
                        .type = framed->type,
                        .authenticated_data = framed->authenticated_data,
                        .encrypted_sender_data = mls_slice(sealed_sender, sizeof(sealed_sender)),
        };
        MlsAeadKey guarded = *key;
        MLS_WRITER(ciphertext);
        MLS_WRITER(writer);
        int r;
        E2EE_WIPE(guarded);

        random->fill(random->userdata, sender.reuse_guard, sizeof(sender.reuse_guard));
        guard_nonce(&guarded, sender.reuse_guard);
        r = seal_content(content, &message, &guarded, &ciphertext);
        if (r != 0)
                return r;
        message.ciphertext = mls_written(&ciphertext);
        r = seal_sender_data(&sender, &message, sender_data_secret, sealed_sender);
        if (r != 0)
                return r;
        mls_write_u16(&writer, MLS_VERSION);
        mls_write_u16(&writer, MLS_PRIVATE_MESSAGE);
        mls_write_private_message(&writer, &message);
        return mls_writer_finish(&writer, out);
}

int mls_open_sender_data(const MlsPrivateMessage *message, const MlsSecret *sender_data_secret,
                         MlsSenderData *out)
{
        uint8_t plain[SENDER_DATA_SIZE];
        ByteReader reader = byte_reader(plain, sizeof(plain));
        MlsSlice sealed = message->encrypted_sender_data;
        MlsAeadKey key;
        MLS_WRITER(aad);
        E2EE_WIPE(key);

        if (sealed.size != SENDER_DATA_SIZE + MLS_AEAD_TAG_SIZE)
                return MLS_MALFORMED;
        write_aad(&aad, message, false);
        if (aad.error != 0)
                return aad.error;
        mls_sender_data_key(sender_data_secret, message->ciphertext, &key);
        if (mls_aead_open(&key, mls_written(&aad), sealed.data, sealed.size, plain) != 0)
                return MLS_FORGED;
        out->leaf = read_u32(&reader);
        out->generation = read_u32(&reader);
        read_bytes(&reader, out->reuse_guard, sizeof(out->reuse_guard));
        return 0;
}

/* Content and auth data out of the plaintext, and nothing but zeros behind them. */
static int split_plaintext(MlsSlice plaintext, MlsContentType type, MlsFramedContent *content,
                           MlsAuthData *auth)
{
        ByteReader reader = mls_reader(plaintext);
        uint8_t other = 0;

        mls_read_content(&reader, type, content);
        mls_read_auth_data(&reader, type, auth);
        if (reader.failed)
                return MLS_MALFORMED;
        for (size_t i = 0; i < reader.left; i++)
                other |= reader.data[i];
        return other == 0 ? 0 : MLS_MALFORMED;
}

int mls_open_private(const MlsPrivateMessage *message, const MlsSenderData *sender, const MlsAeadKey *key,
                     MlsBuffer *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer plaintext = {0};
        MlsFramedContent content = {
                        .group_id = message->group_id,
                        .epoch = message->epoch,
                        .sender = {.type = MLS_SENDER_MEMBER, .index = sender->leaf},
                        .authenticated_data = message->authenticated_data,
        };
        MlsAeadKey guarded = *key;
        MlsAuthData auth;
        MLS_WRITER(aad);
        MLS_WRITER(writer);
        int r;
        E2EE_WIPE(guarded);

        *out = (MlsBuffer){0};
        if (message->ciphertext.size < MLS_AEAD_TAG_SIZE)
                return MLS_MALFORMED;
        write_aad(&aad, message, true);
        if (aad.error != 0)
                return aad.error;
        plaintext.size = message->ciphertext.size;
        plaintext.data = malloc(plaintext.size);
        if (!plaintext.data)
                return -ENOMEM;
        guard_nonce(&guarded, sender->reuse_guard);
        if (mls_aead_open(&guarded, mls_written(&aad), message->ciphertext.data, message->ciphertext.size,
                          plaintext.data) != 0)
                return MLS_FORGED;
        r = split_plaintext(mls_slice(plaintext.data, plaintext.size - MLS_AEAD_TAG_SIZE), message->type,
                            &content, &auth);
        if (r != 0)
                return r;
        mls_write_u16(&writer, MLS_PRIVATE_MESSAGE);
        mls_write_framed_content(&writer, &content);
        mls_write_auth_data(&writer, content.type, &auth);
        return mls_writer_finish(&writer, out);
}
