/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/e2ee-pair.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

void fuzz_expect(bool holds)
{
        if (!holds)
                abort();
}

static void fill(void *userdata, uint8_t *out, size_t size)
{
        FuzzSide *side = userdata;
        uint8_t seed[randombytes_SEEDBYTES] = {0};

        memcpy(seed, &side->seed, sizeof(side->seed));
        memcpy(seed + 8, &side->counter, sizeof(side->counter));
        side->counter++;
        randombytes_buf_deterministic(out, size, seed);
}

static int find_prekey(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out)
{
        const FuzzSide *side = userdata;

        if (id != side->prekeys[kind - 1].id)
                return 1;
        *out = side->prekeys[kind - 1];
        return 0;
}

static void side_init(FuzzSide *side, const char *name, uint64_t seed)
{
        *side = (FuzzSide){.seed = seed};
        side->context = (E2eeContext){.fill = fill, .userdata = side, .now_ms = UINT64_C(1700000000000)};
        strcpy(side->self.address.name, name);
        side->self.address.device_id = 1;
        side->self.identity = &side->identity;
        side->source = (PrekeySource){.find = find_prekey, .userdata = side};
        identity_generate(&side->identity, &side->context);
        for (unsigned i = 0; i < 3; i++)
                prekey_generate(&side->prekeys[i], i + 1, i + 1, &side->identity, &side->context);
        side->peer = peer_new();
        fuzz_expect(side->peer != NULL);
}

void fuzz_bundle(FuzzSide *side, PrekeyKind one_time_kind, PrekeyBundle *out)
{
        *out = (PrekeyBundle){
                .address = side->self.address,
                .identity = side->identity.public_identity,
                .signed_prekey_id = side->prekeys[0].id,
                .signed_prekey = side->prekeys[0].pair.public_key,
                .has_one_time_prekey = true,
                .one_time_prekey_kind = one_time_kind,
                .one_time_prekey_id = side->prekeys[one_time_kind - 1].id,
                .one_time_prekey = side->prekeys[one_time_kind - 1].pair.public_key,
        };
}

void fuzz_encrypt(FuzzSide *side, const char *text, uint8_t **out, size_t *size_out)
{
        fuzz_expect(peer_encrypt(side->peer, &side->self, (const uint8_t *)text, strlen(text),
                                 &side->context, out, size_out) == 0);
}

static void deliver(FuzzSide *from, FuzzSide *to, const char *text)
{
        PeerDecrypted decrypted;
        uint8_t *envelope;
        size_t size;

        fuzz_encrypt(from, text, &envelope, &size);
        fuzz_expect(peer_decrypt(to->peer, &to->self, &from->self.address, &to->source, envelope, size,
                                 &to->context, &decrypted) == 0);
        peer_decrypted_deinit(&decrypted);
        free(envelope);
}

void fuzz_pair_init(FuzzPair *pair)
{
        PrekeyBundle bundle;

        fuzz_expect(sodium_init() >= 0);
        side_init(&pair->alice, "alice", 1);
        side_init(&pair->bob, "bob", 2);
        fuzz_bundle(&pair->bob, PREKEY_LAST_RESORT, &bundle);
        for (unsigned session = 0; session < 2; session++) {
                fuzz_expect(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context) ==
                            0);
                deliver(&pair->alice, &pair->bob, "start");
                deliver(&pair->bob, &pair->alice, "answer");
        }
        fuzz_encrypt(&pair->alice, "jumped over", &pair->late, &pair->late_size);
        deliver(&pair->alice, &pair->bob, "next");
        deliver(&pair->bob, &pair->alice, "answer");
}
