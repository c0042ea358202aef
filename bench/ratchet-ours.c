/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libe2ee through e2ee/peer.h, as the daemon uses it, without storing the state. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/ratchet.h"
#include "e2ee/peer.h"

typedef struct Side {
        E2eeContext context;
        Identity identity;
        PeerSelf self;
        Prekey signed_prekey, one_time;
        PrekeySource source;
        Peer *peer;
} Side;

typedef struct Pair {
        Side sides[2];
} Pair;

static void fill(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

static int find_prekey(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out)
{
        const Side *side = userdata;

        *out = kind == PREKEY_SIGNED ? side->signed_prekey : side->one_time;
        return 0;
}

static void side_init(Side *side, const char *name)
{
        side->context = (E2eeContext){.fill = fill, .now_ms = UINT64_C(1700000000000)};
        strcpy(side->self.address.name, name);
        side->self.address.device_id = 1;
        side->self.identity = &side->identity;
        side->source = (PrekeySource){.find = find_prekey, .userdata = side};
        identity_generate(&side->identity, &side->context);
        prekey_generate(&side->signed_prekey, PREKEY_SIGNED, 1, &side->identity, &side->context);
        prekey_generate(&side->one_time, PREKEY_ONE_TIME, 1, &side->identity, &side->context);
        side->peer = peer_new();
        ratchet_expect(side->peer != NULL, "peer_new");
}

static void exchange(void *engine, int from, const uint8_t text[static RATCHET_TEXT_SIZE])
{
        Pair *pair = engine;
        Side *sender = &pair->sides[from], *receiver = &pair->sides[!from];
        PeerDecrypted decrypted;
        uint8_t *envelope;
        size_t size;

        ratchet_expect(peer_encrypt(sender->peer, &sender->self, text, RATCHET_TEXT_SIZE, &sender->context,
                                    &envelope, &size) == 0,
                       "peer_encrypt");
        ratchet_expect(peer_decrypt(receiver->peer, &receiver->self, &sender->self.address,
                                    &receiver->source, envelope, size, &receiver->context, &decrypted) == 0,
                       "peer_decrypt");
        ratchet_expect(decrypted.size == RATCHET_TEXT_SIZE &&
                               memcmp(decrypted.plaintext, text, decrypted.size) == 0,
                       "the comparison");
        peer_decrypted_deinit(&decrypted);
        free(envelope);
}

static void *open_pair(void)
{
        static const uint8_t text[RATCHET_TEXT_SIZE];
        Pair *pair = calloc(1, sizeof(*pair));
        PrekeyBundle bundle;

        ratchet_expect(pair != NULL, "calloc");
        side_init(&pair->sides[0], "alice");
        side_init(&pair->sides[1], "bob");
        bundle = (PrekeyBundle){
                .address = pair->sides[1].self.address,
                .identity = pair->sides[1].identity.public_identity,
                .signed_prekey_id = 1,
                .signed_prekey = pair->sides[1].signed_prekey.pair.public_key,
                .has_one_time_prekey = true,
                .one_time_prekey_kind = PREKEY_ONE_TIME,
                .one_time_prekey_id = 1,
                .one_time_prekey = pair->sides[1].one_time.pair.public_key,
        };
        ratchet_expect(
                peer_start(pair->sides[0].peer, &pair->sides[0].self, &bundle, &pair->sides[0].context) == 0,
                "peer_start");
        exchange(pair, 0, text);
        exchange(pair, 1, text);
        return pair;
}

static void close_pair(void *engine)
{
        Pair *pair = engine;

        peer_free(pair->sides[0].peer);
        peer_free(pair->sides[1].peer);
        free(pair);
}

const RatchetEngine ratchet_ours = {"libe2ee", open_pair, exchange, close_pair};
