/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/x3dh.h"

#include "e2ee/bytes.h"
#include "e2ee/dh.h"
#include "e2ee/hkdf.h"
#include "e2ee/labels.h"
#include "e2ee/wipe.h"

enum { DHS_MAX = 4, TRANSCRIPT_MAX = 512 };

static void write_address(ByteWriter *writer, const Address *address)
{
        size_t size = strlen(address->name);

        write_u8(writer, (unsigned)size);
        write_bytes(writer, address->name, size);
        write_u32(writer, address->device_id);
}

static void write_identity(ByteWriter *writer, const PublicIdentity *identity)
{
        write_bytes(writer, identity->signing_key.bytes, 32);
        write_bytes(writer, identity->dh_key.bytes, 32);
}

/*
 * docs/protocol-e2ee.md, "Transcript". Fixed sizes and counted names: two transcripts never have the same
 * bytes.
 */
void x3dh_transcript_hash(const X3dhTranscript *transcript, TranscriptHash *out)
{
        static const DhPublicKey none;
        uint8_t bytes[TRANSCRIPT_MAX];
        ByteWriter writer = byte_writer(bytes, sizeof(bytes));
        bool has = transcript->has_one_time_prekey;

        write_bytes(&writer, LABEL_HASH_X3DH_TRANSCRIPT, sizeof(LABEL_HASH_X3DH_TRANSCRIPT));
        write_u16(&writer, transcript->suite);
        write_u64(&writer, transcript->generation);
        write_address(&writer, &transcript->initiator);
        write_address(&writer, &transcript->responder);
        write_identity(&writer, &transcript->initiator_identity);
        write_identity(&writer, &transcript->responder_identity);
        write_bytes(&writer, transcript->base_key.bytes, 32);
        write_u32(&writer, transcript->signed_prekey_id);
        write_bytes(&writer, transcript->signed_prekey.bytes, 32);
        write_u8(&writer, has ? transcript->one_time_prekey_kind : 0);
        write_u32(&writer, has ? transcript->one_time_prekey_id : 0);
        write_bytes(&writer, has ? transcript->one_time_prekey.bytes : none.bytes, 32);
        /*
         * The KEM slot: the sizes of the encapsulation key and of the ciphertext, each followed by as many
         * bytes.
         */
        write_u16(&writer, 0);
        write_u16(&writer, 0);
        crypto_hash_sha256(out->bytes, bytes, writer.size);
}

/*
 * X3DH section 2.2, "KDF": F || KM with 32 bytes 0xFF for X25519, a zero salt, and the transcript in the
 * info.
 */
static int derive(const uint8_t (*dhs)[DH_OUTPUT_SIZE], size_t count, const X3dhTranscript *transcript,
                  X3dhSecrets *out)
{
        uint8_t material[32 + DHS_MAX * DH_OUTPUT_SIZE], okm[3 * 32];
        uint8_t info[sizeof(LABEL_HKDF_X3DH) - 1 + TRANSCRIPT_HASH_SIZE];
        TranscriptHash hash;
        E2EE_WIPE(material);
        E2EE_WIPE(okm);
        int r;

        memset(material, 0xff, 32);
        memcpy(material + 32, dhs, count * DH_OUTPUT_SIZE);
        x3dh_transcript_hash(transcript, &hash);
        memcpy(info, LABEL_HKDF_X3DH, sizeof(LABEL_HKDF_X3DH) - 1);
        memcpy(info + sizeof(LABEL_HKDF_X3DH) - 1, hash.bytes, sizeof(hash.bytes));

        r = hkdf_sha256(NULL, 0, material, 32 + count * DH_OUTPUT_SIZE, info, sizeof(info), okm,
                        sizeof(okm));
        if (r < 0)
                return r;
        memcpy(out->root, okm, 32);
        memcpy(out->initiator_header_key, okm + 32, 32);
        memcpy(out->responder_header_key, okm + 64, 32);
        return 0;
}

int x3dh_initiate(const Identity *self, const DhKeyPair *base, const X3dhTranscript *transcript,
                  X3dhSecrets *out)
{
        const DhPublicKey *responder = &transcript->responder_identity.dh_key;
        uint8_t dhs[DHS_MAX][DH_OUTPUT_SIZE];
        bool has = transcript->has_one_time_prekey;
        E2EE_WIPE(dhs);

        /* X3DH section 3.3: DH1 to DH4 */
        if (dh(&self->dh_secret_key, &transcript->signed_prekey, dhs[0]) != 0 ||
            dh(&base->secret_key, responder, dhs[1]) != 0 ||
            dh(&base->secret_key, &transcript->signed_prekey, dhs[2]) != 0 ||
            (has && dh(&base->secret_key, &transcript->one_time_prekey, dhs[3]) != 0))
                return X3DH_BAD_KEY;
        return derive(dhs, has ? 4 : 3, transcript, out);
}

int x3dh_respond(const Identity *self, const DhSecretKey *signed_prekey, const DhSecretKey *one_time,
                 const X3dhTranscript *transcript, X3dhSecrets *out)
{
        const DhPublicKey *initiator = &transcript->initiator_identity.dh_key;
        uint8_t dhs[DHS_MAX][DH_OUTPUT_SIZE];
        E2EE_WIPE(dhs);

        /* X3DH section 3.4: the same four from the other side */
        if (dh(signed_prekey, initiator, dhs[0]) != 0 ||
            dh(&self->dh_secret_key, &transcript->base_key, dhs[1]) != 0 ||
            dh(signed_prekey, &transcript->base_key, dhs[2]) != 0 ||
            (one_time && dh(one_time, &transcript->base_key, dhs[3]) != 0))
                return X3DH_BAD_KEY;
        return derive(dhs, one_time ? 4 : 3, transcript, out);
}
