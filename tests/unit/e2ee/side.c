/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/e2ee/side.h"

#include <sodium.h>
#include <string.h>

static void fill(void *userdata, uint8_t *out, size_t size)
{
        Side *side = userdata;
        uint8_t seed[randombytes_SEEDBYTES] = {0};

        memcpy(seed, &side->random_seed, sizeof(side->random_seed));
        memcpy(seed + 8, &side->random_counter, sizeof(side->random_counter));
        side->random_counter++;
        randombytes_buf_deterministic(out, size, seed);
}

static int find_prekey(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out)
{
        Side *side = userdata;

        side->lookups++;
        for (unsigned i = 0; i < side->prekey_count; i++) {
                if (side->prekeys[i].kind == kind && side->prekeys[i].id == id) {
                        *out = side->prekeys[i];
                        return 0;
                }
        }
        return 1;
}

void side_init(Side *side, const char *name, uint32_t device_id, uint64_t seed)
{
        *side = (Side){.random_seed = seed, .next_prekey_id = 1};
        side->context = (E2eeContext){.fill = fill, .userdata = side, .now_ms = UINT64_C(1700000000000)};
        g_strlcpy(side->self.address.name, name, sizeof(side->self.address.name));
        side->self.address.device_id = device_id;
        side->self.identity = &side->identity;
        side->source = (PrekeySource){.find = find_prekey, .userdata = side};
        identity_generate(&side->identity, &side->context);
        side_add_prekey(side, PREKEY_SIGNED);
        side_add_prekey(side, PREKEY_LAST_RESORT);
        side->peer = peer_new();
}

void side_deinit(Side *side)
{
        peer_free(side->peer);
        identity_wipe(&side->identity);
        for (unsigned i = 0; i < side->prekey_count; i++)
                prekey_wipe(&side->prekeys[i]);
}

Prekey *side_add_prekey(Side *side, PrekeyKind kind)
{
        Prekey *prekey;

        g_assert_cmpuint(side->prekey_count, <, SIDE_PREKEYS_MAX);
        prekey = &side->prekeys[side->prekey_count++];
        prekey_generate(prekey, kind, side->next_prekey_id++, &side->identity, &side->context);
        return prekey;
}

void side_remove_prekey(Side *side, PrekeyKind kind, uint32_t id)
{
        for (unsigned i = 0; i < side->prekey_count; i++) {
                if (side->prekeys[i].kind == kind && side->prekeys[i].id == id)
                        side->prekeys[i] = side->prekeys[--side->prekey_count];
        }
}

static const Prekey *newest(const Side *side, PrekeyKind kind)
{
        const Prekey *found = NULL;

        for (unsigned i = 0; i < side->prekey_count; i++) {
                if (side->prekeys[i].kind == kind && (!found || side->prekeys[i].id > found->id))
                        found = &side->prekeys[i];
        }
        return found;
}

void side_make_bundle(Side *side, PrekeyKind one_time_kind, PrekeyBundle *out)
{
        uint8_t identity[PUBLIC_IDENTITY_SIZE], signed_prekey[PREKEY_ENCODED_SIZE],
                extra[PREKEY_ENCODED_SIZE];
        PrekeyBundleParts parts = {.identity = identity, .signed_prekey = signed_prekey};

        parts.identity_size = public_identity_encode(&side->identity.public_identity, identity);
        parts.signed_prekey_size = prekey_encode_public(newest(side, PREKEY_SIGNED), signed_prekey);
        if (one_time_kind == PREKEY_ONE_TIME) {
                parts.one_time_prekey = extra;
                parts.one_time_prekey_size =
                        prekey_encode_public(side_add_prekey(side, PREKEY_ONE_TIME), extra);
        } else if (one_time_kind == PREKEY_LAST_RESORT) {
                parts.last_resort_prekey = extra;
                parts.last_resort_prekey_size =
                        prekey_encode_public(newest(side, PREKEY_LAST_RESORT), extra);
        }
        g_assert_cmpint(prekey_bundle_decode(&side->self.address, &parts, out), ==, 0);
}

void side_start(Side *side, Side *with)
{
        PrekeyBundle bundle;

        side_make_bundle(with, PREKEY_ONE_TIME, &bundle);
        g_assert_cmpint(peer_start(side->peer, &side->self, &bundle, &side->context), ==, 0);
}

GBytes *side_stored(const Side *side)
{
        uint8_t *data = NULL;
        size_t size = 0;

        g_assert_cmpint(peer_encode(side->peer, &data, &size), ==, 0);
        g_assert_cmpuint(size, <=, PEER_ENCODED_MAX);
        return g_bytes_new_with_free_func(data, size, free, data);
}

void side_store_and_load(Side *side)
{
        g_autoptr(GBytes) before = side_stored(side), after = NULL;
        Peer *loaded = NULL;

        g_assert_cmpint(peer_decode(g_bytes_get_data(before, NULL), g_bytes_get_size(before), &loaded), ==,
                        0);
        peer_free(side->peer);
        side->peer = loaded;
        after = side_stored(side);
        g_assert_true(g_bytes_equal(before, after));
}

GBytes *side_encrypt(Side *side, const char *text)
{
        uint8_t *envelope = NULL;
        size_t size = 0;

        g_assert_cmpint(peer_encrypt(side->peer, &side->self, (const uint8_t *)text, strlen(text),
                                     &side->context, &envelope, &size),
                        ==, 0);
        g_assert_cmpuint(size, <=, PEER_ENVELOPE_MAX);
        return g_bytes_new_with_free_func(envelope, size, free, envelope);
}

int side_decrypt(Side *side, const Side *from, GBytes *envelope, char **text_out)
{
        PeerDecrypted decrypted;
        int r;

        r = peer_decrypt(side->peer, &side->self, &from->self.address, &side->source,
                         g_bytes_get_data(envelope, NULL), g_bytes_get_size(envelope), &side->context,
                         &decrypted);
        if (r != 0) {
                g_assert_null(decrypted.plaintext);
                return r;
        }
        g_assert_cmpmem(&decrypted.identity, sizeof(decrypted.identity), &from->identity.public_identity,
                        sizeof(PublicIdentity));
        if (decrypted.started_session && decrypted.used_kind == PREKEY_ONE_TIME)
                side_remove_prekey(side, PREKEY_ONE_TIME, decrypted.used_id);
        side->last = decrypted;
        side->last.plaintext = NULL;
        if (text_out)
                *text_out = g_strndup((const char *)decrypted.plaintext, decrypted.size);
        peer_decrypted_deinit(&decrypted);
        return 0;
}

GBytes *flipped(GBytes *bytes, size_t offset, unsigned bit)
{
        size_t size = g_bytes_get_size(bytes);
        uint8_t *copy = g_memdup2(g_bytes_get_data(bytes, NULL), size);

        g_assert_cmpuint(offset, <, size);
        copy[offset] ^= (uint8_t)(1u << bit);
        return g_bytes_new_take(copy, size);
}

void side_pass_time(Side *side, uint64_t ms)
{
        side->context.now_ms += ms;
}

void assert_decrypts(Side *side, const Side *from, GBytes *envelope, const char *text)
{
        g_autofree char *decrypted = NULL;

        g_assert_cmpint(side_decrypt(side, from, envelope, &decrypted), ==, 0);
        g_assert_cmpstr(decrypted, ==, text);
}

void assert_refuses(Side *side, const Side *from, GBytes *envelope, int code)
{
        g_autoptr(GBytes) before = side_stored(side), after = NULL;

        g_assert_cmpint(side_decrypt(side, from, envelope, NULL), ==, code);
        after = side_stored(side);
        g_assert_true(g_bytes_equal(before, after));
}

void assert_delivers(Side *from, Side *to, const char *text)
{
        g_autoptr(GBytes) envelope = side_encrypt(from, text);

        assert_decrypts(to, from, envelope, text);
}

void pair_set_up(Pair *pair, const void *data)
{
        side_init(&pair->alice, "alice", 1, 11);
        side_init(&pair->bob, "bob", 2, 22);
}

void pair_set_up_talking(Pair *pair, const void *data)
{
        pair_set_up(pair, data);
        side_start(&pair->alice, &pair->bob);
        assert_delivers(&pair->alice, &pair->bob, "hello");
        assert_delivers(&pair->bob, &pair->alice, "hello yourself");
}

void pair_tear_down(Pair *pair, const void *data)
{
        side_deinit(&pair->alice);
        side_deinit(&pair->bob);
}
