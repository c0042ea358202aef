/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/ratchet-header.h"

void ratchet_header_seal(const HeaderKey *key, const uint8_t *ad, size_t ad_size,
                         const RatchetHeader *header, uint8_t message[static RATCHET_SEALED_HEADER_SIZE])
{
        uint8_t plain[RATCHET_HEADER_SIZE];
        ByteWriter writer = byte_writer(plain, sizeof(plain));

        write_bytes(&writer, header->ratchet_key.bytes, 32);
        write_u32(&writer, header->sent_before);
        write_u32(&writer, header->number);
        aead_seal(key->bytes, message, ad, ad_size, plain, sizeof(plain), message + AEAD_NONCE_SIZE);
}

bool ratchet_header_open(const HeaderKey *key, const uint8_t *ad, size_t ad_size,
                         const uint8_t message[static RATCHET_SEALED_HEADER_SIZE], RatchetHeader *out)
{
        uint8_t plain[RATCHET_HEADER_SIZE];
        ByteReader reader = byte_reader(plain, sizeof(plain));

        if (!aead_open(key->bytes, message, ad, ad_size, message + AEAD_NONCE_SIZE,
                       RATCHET_HEADER_SIZE + AEAD_TAG_SIZE, plain))
                return false;
        read_bytes(&reader, out->ratchet_key.bytes, 32);
        out->sent_before = read_u32(&reader);
        out->number = read_u32(&reader);
        return true;
}

void ratchet_body_ad(RatchetAd *out, const uint8_t *ad, size_t ad_size,
                     const uint8_t message[static RATCHET_SEALED_HEADER_SIZE])
{
        ByteWriter writer = byte_writer(out->bytes, sizeof(out->bytes));

        write_bytes(&writer, ad, ad_size);
        write_bytes(&writer, message, RATCHET_SEALED_HEADER_SIZE);
        out->size = writer.size;
}
