/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/dh.h"
#include "e2ee/labels.h"
#include "e2ee/prekey-format.h"
#include "e2ee/sign.h"

const char *prekey_signature_label(PrekeyKind kind)
{
        switch (kind) {
        case PREKEY_SIGNED:
                return LABEL_SIGN_SIGNED_PREKEY;
        case PREKEY_LAST_RESORT:
                return LABEL_SIGN_LAST_RESORT_PREKEY;
        case PREKEY_ONE_TIME:
                return NULL;
        }
        return NULL;
}

void prekey_write_signed_part(ByteWriter *writer, PrekeyKind kind, uint32_t id, const DhPublicKey *key)
{
        write_u8(writer, PREKEY_FORMAT);
        write_u8(writer, kind);
        write_u32(writer, id);
        write_bytes(writer, key->bytes, sizeof(key->bytes));
        write_u16(writer, 0); /* no KEM key */
}

static int decode_public(const uint8_t *data, size_t size, PrekeyKind kind, const SigningPublicKey *signer,
                         uint32_t *id_out, DhPublicKey *key_out)
{
        const char *label = prekey_signature_label(kind);
        ByteReader reader = byte_reader(data, size);
        uint8_t format = read_u8(&reader), encoded_kind = read_u8(&reader);
        Signature signature;
        size_t kem_size;

        *id_out = read_u32(&reader);
        read_bytes(&reader, key_out->bytes, sizeof(key_out->bytes));
        kem_size = read_u16(&reader);
        read_view(&reader, kem_size);
        if (label)
                read_bytes(&reader, signature.bytes, sizeof(signature.bytes));

        if (!reader_done(&reader) || format != PREKEY_FORMAT || encoded_kind != kind || *id_out == 0 ||
            (kem_size != 0 && kem_size != PREKEY_KEM_KEY_SIZE))
                return PREKEY_MALFORMED;
        if (label && !verify_labelled(signer, label, data, size - sizeof(signature.bytes), &signature))
                return PREKEY_BAD_SIGNATURE;
        if (!dh_public_key_is_usable(key_out))
                return PREKEY_BAD_KEY;
        return 0;
}

static int decode_identity(const PrekeyBundleParts *parts, PublicIdentity *out)
{
        if (!parts->identity)
                return PREKEY_MALFORMED;
        switch (public_identity_decode(parts->identity, parts->identity_size, out)) {
        case 0:
                return 0;
        case IDENTITY_BAD_SIGNATURE:
                return PREKEY_BAD_SIGNATURE;
        default:
                return PREKEY_MALFORMED;
        }
}

int prekey_bundle_decode(const Address *address, const PrekeyBundleParts *parts, PrekeyBundle *out)
{
        const SigningPublicKey *signer = &out->identity.signing_key;
        int r;

        *out = (PrekeyBundle){.address = *address};
        r = decode_identity(parts, &out->identity);
        if (r != 0)
                return r;
        if (!parts->signed_prekey)
                return PREKEY_MALFORMED;
        r = decode_public(parts->signed_prekey, parts->signed_prekey_size, PREKEY_SIGNED, signer,
                          &out->signed_prekey_id, &out->signed_prekey);
        if (r != 0)
                return r;

        if (parts->one_time_prekey) {
                out->has_one_time_prekey = true;
                out->one_time_prekey_kind = PREKEY_ONE_TIME;
                return decode_public(parts->one_time_prekey, parts->one_time_prekey_size, PREKEY_ONE_TIME,
                                     signer, &out->one_time_prekey_id, &out->one_time_prekey);
        }
        if (parts->last_resort_prekey) {
                out->has_one_time_prekey = true;
                out->one_time_prekey_kind = PREKEY_LAST_RESORT;
                return decode_public(parts->last_resort_prekey, parts->last_resort_prekey_size,
                                     PREKEY_LAST_RESORT, signer, &out->one_time_prekey_id,
                                     &out->one_time_prekey);
        }
        return 0;
}
