/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/prekey.h"

#include "e2ee/bytes.h"
#include "e2ee/dh.h"
#include "e2ee/prekey-format.h"
#include "e2ee/sign.h"
#include "e2ee/wipe.h"

void prekey_generate(Prekey *out, PrekeyKind kind, uint32_t id, const Identity *owner,
                     const E2eeContext *context)
{
        uint8_t encoded[PREKEY_ENCODED_SIZE];
        ByteWriter writer = byte_writer(encoded, sizeof(encoded));

        *out = (Prekey){.kind = kind, .id = id, .created_ms = context->now_ms};
        dh_generate(&out->pair, context);
        if (!prekey_signature_label(kind))
                return;
        prekey_write_signed_part(&writer, kind, id, &out->pair.public_key);
        sign_labelled(&owner->signing_secret_key, prekey_signature_label(kind), encoded, writer.size,
                      &out->signature);
}

void prekey_wipe(Prekey *prekey)
{
        sodium_memzero(prekey, sizeof(*prekey));
}

size_t prekey_encode_public(const Prekey *prekey, uint8_t out[static PREKEY_ENCODED_SIZE])
{
        ByteWriter writer = byte_writer(out, PREKEY_ENCODED_SIZE);

        prekey_write_signed_part(&writer, prekey->kind, prekey->id, &prekey->pair.public_key);
        if (prekey_signature_label(prekey->kind))
                write_bytes(&writer, prekey->signature.bytes, sizeof(prekey->signature.bytes));
        return writer.size;
}

size_t prekey_encode(const Prekey *prekey, uint8_t out[static PREKEY_SECRET_SIZE])
{
        ByteWriter writer = byte_writer(out, PREKEY_SECRET_SIZE);

        write_u8(&writer, PREKEY_FORMAT);
        write_u8(&writer, prekey->kind);
        write_u32(&writer, prekey->id);
        write_u64(&writer, prekey->created_ms);
        write_bytes(&writer, prekey->pair.public_key.bytes, 32);
        write_bytes(&writer, prekey->pair.secret_key.bytes, 32);
        write_bytes(&writer, prekey->signature.bytes, 64);
        return writer.size;
}

int prekey_decode(const uint8_t *data, size_t size, Prekey *out)
{
        ByteReader reader = byte_reader(data, size);
        uint8_t format = read_u8(&reader), kind = read_u8(&reader);

        *out = (Prekey){0};
        out->id = read_u32(&reader);
        out->created_ms = read_u64(&reader);
        read_bytes(&reader, out->pair.public_key.bytes, 32);
        read_bytes(&reader, out->pair.secret_key.bytes, 32);
        read_bytes(&reader, out->signature.bytes, 64);
        if (reader_done(&reader) && format == PREKEY_FORMAT && kind >= PREKEY_SIGNED &&
            kind <= PREKEY_LAST_RESORT && out->id != 0 && dh_key_pair_fits(&out->pair)) {
                out->kind = kind;
                return 0;
        }
        prekey_wipe(out);
        return PREKEY_MALFORMED;
}
