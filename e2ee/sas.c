/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/sas.h"

#include <sodium.h>
#include <string.h>

#include "e2ee/bytes.h"
#include "e2ee/dh.h"
#include "e2ee/hkdf.h"
#include "e2ee/labels.h"
#include "e2ee/wipe.h"

enum {
        LABEL_MAX = 64,
        PARTY_MAX = 1 + ADDRESS_NAME_MAX + 2 * 32,
        TEXT_MAX = LABEL_MAX + SAS_EXCHANGE_SIZE + 2 * PARTY_MAX + 2 * 32,
        HASH_SIZE = crypto_hash_sha256_BYTES,
        EMOJI_BITS = 6,
        EMOJI_BYTES = 6, /* the first 42 bits of them */
};

static void write_party(ByteWriter *writer, const SasParty *party)
{
        size_t size = strlen(party->name);

        write_u8(writer, (unsigned)size);
        write_bytes(writer, party->name, size);
        write_bytes(writer, party->identity->signing_key.bytes, 32);
        write_bytes(writer, party->identity->dh_key.bytes, 32);
}

/* docs/protocol-e2ee.md, "Comparing emoji": what all texts begin with, behind their label. */
static void write_exchange(ByteWriter *writer, const char *label, size_t label_size,
                           const SasExchange *exchange)
{
        write_bytes(writer, label, label_size); /* with its zero */
        write_bytes(writer, exchange->id, sizeof(exchange->id));
        write_party(writer, &exchange->starter);
        write_party(writer, &exchange->other);
}

void sas_commit(const SasExchange *exchange, const DhPublicKey *starter_key, SasCommitment *out)
{
        uint8_t text[TEXT_MAX];
        ByteWriter writer = byte_writer(text, sizeof(text));

        write_exchange(&writer, LABEL_HASH_SAS_COMMITMENT, sizeof(LABEL_HASH_SAS_COMMITMENT), exchange);
        write_bytes(&writer, starter_key->bytes, sizeof(starter_key->bytes));
        crypto_hash_sha256(out->bytes, text, writer.size);
        sodium_memzero(text, sizeof(text)); /* the key is to stay hidden until it is revealed */
}

bool sas_commitment_fits(const SasExchange *exchange, const SasCommitment *commitment,
                         const DhPublicKey *starter_key)
{
        SasCommitment expected;

        sas_commit(exchange, starter_key, &expected);
        return sodium_memcmp(expected.bytes, commitment->bytes, sizeof(expected.bytes)) == 0;
}

static void hash_transcript(const SasExchange *exchange, const DhPublicKey *starter_key,
                            const DhPublicKey *other_key, uint8_t out[static HASH_SIZE])
{
        uint8_t text[TEXT_MAX];
        ByteWriter writer = byte_writer(text, sizeof(text));

        write_exchange(&writer, LABEL_HASH_SAS_TRANSCRIPT, sizeof(LABEL_HASH_SAS_TRANSCRIPT), exchange);
        write_bytes(&writer, starter_key->bytes, sizeof(starter_key->bytes));
        write_bytes(&writer, other_key->bytes, sizeof(other_key->bytes));
        crypto_hash_sha256(out, text, writer.size);
}

static int derive(const uint8_t shared[static DH_OUTPUT_SIZE], const char *label, size_t label_size,
                  const uint8_t transcript[static HASH_SIZE], uint8_t *out, size_t size)
{
        uint8_t info[LABEL_MAX + HASH_SIZE];
        ByteWriter writer = byte_writer(info, sizeof(info));

        write_bytes(&writer, label, label_size);
        write_bytes(&writer, transcript, HASH_SIZE);
        return hkdf_sha256(NULL, 0, shared, DH_OUTPUT_SIZE, info, writer.size, out, size);
}

/* Seven numbers of six bits, from the most significant bit on. */
static void split_emoji(const uint8_t bytes[static EMOJI_BYTES], uint8_t out[static SAS_EMOJI_COUNT])
{
        uint64_t bits = 0;

        for (unsigned i = 0; i < EMOJI_BYTES; i++)
                bits = bits << 8 | bytes[i];
        for (unsigned i = 0; i < SAS_EMOJI_COUNT; i++)
                out[i] = bits >> (8 * EMOJI_BYTES - EMOJI_BITS * (i + 1)) & (SAS_EMOJI_KINDS - 1);
}

/* By whom, about whom: the two sides' confirmations differ in key and in text. */
static void confirm(const uint8_t key[static 32], const SasParty *by, const SasParty *about,
                    uint8_t out[static SAS_CONFIRMATION_SIZE])
{
        uint8_t text[LABEL_MAX + 2 * PARTY_MAX];
        ByteWriter writer = byte_writer(text, sizeof(text));

        write_bytes(&writer, LABEL_HMAC_SAS_CONFIRMATION, sizeof(LABEL_HMAC_SAS_CONFIRMATION));
        write_party(&writer, by);
        write_party(&writer, about);
        crypto_auth_hmacsha256(out, text, writer.size, key);
}

int sas_finish(const SasExchange *exchange, bool started_here, const DhKeyPair *local,
               const DhPublicKey *remote, SasResult *out)
{
        const SasParty *self = started_here ? &exchange->starter : &exchange->other;
        const SasParty *peer = started_here ? &exchange->other : &exchange->starter;
        uint8_t shared[DH_OUTPUT_SIZE], transcript[HASH_SIZE], emoji[EMOJI_BYTES], keys[2 * 32];
        E2EE_WIPE(shared);
        E2EE_WIPE(emoji);
        E2EE_WIPE(keys);
        int r;

        /* Our own key come back would give emoji that we alone have made. */
        if (memcmp(local->public_key.bytes, remote->bytes, sizeof(remote->bytes)) == 0)
                return SAS_BAD_KEY;
        if (dh(&local->secret_key, remote, shared) != 0)
                return SAS_BAD_KEY;

        hash_transcript(exchange, started_here ? &local->public_key : remote,
                        started_here ? remote : &local->public_key, transcript);
        r = derive(shared, LABEL_HKDF_SAS_EMOJI, sizeof(LABEL_HKDF_SAS_EMOJI) - 1, transcript, emoji,
                   sizeof(emoji));
        if (r < 0)
                return r;
        r = derive(shared, LABEL_HKDF_SAS_MACS, sizeof(LABEL_HKDF_SAS_MACS) - 1, transcript, keys,
                   sizeof(keys));
        if (r < 0)
                return r;
        split_emoji(emoji, out->emoji);
        confirm(keys + (started_here ? 0 : 32), self, peer, out->local_confirmation);
        confirm(keys + (started_here ? 32 : 0), peer, self, out->remote_confirmation);
        return 0;
}

bool sas_confirmation_fits(const SasResult *result, const uint8_t confirmation[static SAS_CONFIRMATION_SIZE])
{
        return sodium_memcmp(result->remote_confirmation, confirmation, SAS_CONFIRMATION_SIZE) == 0;
}
