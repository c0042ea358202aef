/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libsignal-protocol-c through its session cipher, which loads and stores the session record with each
 * message.
 */
#include <stdlib.h>
#include <string.h>

#include <signal/key_helper.h>
#include <signal/protocol.h>
#include <signal/session_builder.h>
#include <signal/session_cipher.h>
#include <signal/session_pre_key.h>

#include "bench/ratchet-signal.h"
#include "bench/ratchet.h"

typedef struct Pair {
        signal_context *global;
        SignalStore stores[2];
        session_cipher *ciphers[2];
} Pair;

static const signal_protocol_address addresses[2] = {{"alice", 5, 1}, {"bob", 3, 1}};

static void expect(int result, const char *what)
{
        ratchet_expect(result >= 0, what);
}

static void exchange(void *engine, int from, const uint8_t text[static RATCHET_TEXT_SIZE])
{
        Pair *pair = engine;
        ciphertext_message *sealed = NULL;
        signal_buffer *wire, *plain = NULL;

        expect(session_cipher_encrypt(pair->ciphers[from], text, RATCHET_TEXT_SIZE, &sealed),
               "session_cipher_encrypt");
        wire = ciphertext_message_get_serialized(sealed);
        if (ciphertext_message_get_type(sealed) == CIPHERTEXT_PREKEY_TYPE) {
                pre_key_signal_message *message = NULL;

                expect(pre_key_signal_message_deserialize(&message, signal_buffer_data(wire),
                                                          signal_buffer_len(wire), pair->global),
                       "pre_key_signal_message_deserialize");
                expect(session_cipher_decrypt_pre_key_signal_message(pair->ciphers[!from], message, NULL,
                                                                     &plain),
                       "session_cipher_decrypt_pre_key_signal_message");
                SIGNAL_UNREF(message);
        } else {
                signal_message *message = NULL;

                expect(signal_message_deserialize(&message, signal_buffer_data(wire),
                                                  signal_buffer_len(wire), pair->global),
                       "signal_message_deserialize");
                expect(session_cipher_decrypt_signal_message(pair->ciphers[!from], message, NULL, &plain),
                       "session_cipher_decrypt_signal_message");
                SIGNAL_UNREF(message);
        }
        ratchet_expect(signal_buffer_len(plain) == RATCHET_TEXT_SIZE &&
                               memcmp(signal_buffer_data(plain), text, RATCHET_TEXT_SIZE) == 0,
                       "the comparison");
        signal_buffer_bzero_free(plain);
        SIGNAL_UNREF(sealed);
}

static ratchet_identity_key_pair *make_identity(Pair *pair, int side)
{
        ratchet_identity_key_pair *identity = NULL;

        expect(signal_protocol_key_helper_generate_identity_key_pair(&identity, pair->global), "identity");
        expect(ec_public_key_serialize(&pair->stores[side].identity_public,
                                       ratchet_identity_key_pair_get_public(identity)),
               "identity");
        expect(ec_private_key_serialize(&pair->stores[side].identity_secret,
                                        ratchet_identity_key_pair_get_private(identity)),
               "identity");
        return identity;
}

/* Makes the second side's prekeys, and starts a session of the first with them. */
static void start(Pair *pair, const ratchet_identity_key_pair *identity)
{
        signal_protocol_key_helper_pre_key_list_node *list = NULL;
        session_signed_pre_key *signed_prekey = NULL;
        session_pre_key_bundle *bundle = NULL;
        session_builder *builder = NULL;
        session_pre_key *prekey;

        expect(signal_protocol_key_helper_generate_pre_keys(&list, 1, 1, pair->global), "prekeys");
        prekey = signal_protocol_key_helper_key_list_element(list);
        expect(session_pre_key_serialize(&pair->stores[1].prekey, prekey), "prekeys");
        expect(signal_protocol_key_helper_generate_signed_pre_key(&signed_prekey, identity, 1, 1700000000000,
                                                                  pair->global),
               "signed prekey");
        expect(session_signed_pre_key_serialize(&pair->stores[1].signed_prekey, signed_prekey),
               "signed prekey");
        expect(session_pre_key_bundle_create(
                       &bundle, 1, 1, session_pre_key_get_id(prekey),
                       ec_key_pair_get_public(session_pre_key_get_key_pair(prekey)), 1,
                       ec_key_pair_get_public(session_signed_pre_key_get_key_pair(signed_prekey)),
                       session_signed_pre_key_get_signature(signed_prekey),
                       session_signed_pre_key_get_signature_len(signed_prekey),
                       ratchet_identity_key_pair_get_public(identity)),
               "bundle");
        expect(session_builder_create(&builder, pair->stores[0].context, &addresses[1], pair->global),
               "builder");
        expect(session_builder_process_pre_key_bundle(builder, bundle),
               "session_builder_process_pre_key_bundle");
        session_builder_free(builder);
        SIGNAL_UNREF(bundle);
        SIGNAL_UNREF(signed_prekey);
        signal_protocol_key_helper_key_list_free(list);
}

static void *open_pair(void)
{
        static const uint8_t text[RATCHET_TEXT_SIZE];
        Pair *pair = calloc(1, sizeof(*pair));
        ratchet_identity_key_pair *identities[2];

        ratchet_expect(pair != NULL, "calloc");
        expect(signal_context_create(&pair->global, NULL), "signal_context_create");
        expect(signal_context_set_crypto_provider(pair->global, &ratchet_signal_crypto),
               "the crypto provider");
        for (int i = 0; i < 2; i++) {
                expect(signal_store_init(&pair->stores[i], pair->global), "the stores");
                identities[i] = make_identity(pair, i);
                expect(session_cipher_create(&pair->ciphers[i], pair->stores[i].context, &addresses[!i],
                                             pair->global),
                       "session_cipher_create");
        }
        start(pair, identities[1]);
        for (int i = 0; i < 2; i++)
                SIGNAL_UNREF(identities[i]);
        exchange(pair, 0, text);
        exchange(pair, 1, text);
        return pair;
}

static void close_pair(void *engine)
{
        Pair *pair = engine;

        for (int i = 0; i < 2; i++) {
                session_cipher_free(pair->ciphers[i]);
                signal_store_deinit(&pair->stores[i]);
        }
        signal_context_destroy(pair->global);
        free(pair);
}

const RatchetEngine ratchet_signal = {"libsignal-protocol-c", open_pair, exchange, close_pair};
