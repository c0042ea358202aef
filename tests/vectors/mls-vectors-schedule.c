/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The key schedule, pre-shared keys, transcript hashes, and the secret tree. */
#include "e2ee/mls/framing.h"
#include "e2ee/mls/group-context.h"
#include "e2ee/mls/key-schedule.h"
#include "e2ee/mls/protection.h"
#include "e2ee/mls/psk.h"
#include "tests/vectors/mls-vectors.h"

static bool check_epoch_secrets(JsonObject *epoch, const MlsEpochSecrets *secrets)
{
        CHECK(vector_secret_is(epoch, "sender_data_secret", &secrets->sender_data));
        CHECK(vector_secret_is(epoch, "encryption_secret", &secrets->encryption));
        CHECK(vector_secret_is(epoch, "exporter_secret", &secrets->exporter));
        CHECK(vector_secret_is(epoch, "epoch_authenticator", &secrets->authenticator));
        CHECK(vector_secret_is(epoch, "external_secret", &secrets->external));
        CHECK(vector_secret_is(epoch, "confirmation_key", &secrets->confirmation));
        CHECK(vector_secret_is(epoch, "membership_key", &secrets->membership));
        CHECK(vector_secret_is(epoch, "resumption_psk", &secrets->resumption));
        CHECK(vector_secret_is(epoch, "init_secret", &secrets->init));
        return true;
}

static bool check_exporter(JsonObject *epoch, const MlsEpochSecrets *secrets)
{
        JsonObject *exporter = json_object_get_object_member(epoch, "exporter");
        size_t size = vector_number(exporter, "length");
        HEX(context, exporter, "context");
        uint8_t out[1024];

        CHECK(size <= sizeof(out));
        mls_export(&secrets->exporter, mls_string(vector_string(exporter, "label")), context, out, size);
        return vector_is(exporter, "secret", mls_slice(out, size));
}

static bool check_epoch(JsonObject *epoch, MlsSlice group_id, uint64_t number, MlsSecret *init)
{
        MlsSecret commit_secret, psk_secret = {{0}}, joiner, welcome;
        MlsEpochSecrets secrets;
        DhKeyPair external;
        HEX(tree_hash, epoch, "tree_hash");
        HEX(confirmed, epoch, "confirmed_transcript_hash");
        HEX(expected, epoch, "group_context");
        g_autoptr(GByteArray) context = NULL;
        MlsBuffer encoded;

        CHECK(mls_encode_group_context(&(MlsGroupContext){.version = MLS_VERSION,
                                                          .cipher_suite = MLS_CIPHER_SUITE,
                                                          .group_id = group_id,
                                                          .epoch = number,
                                                          .tree_hash = tree_hash,
                                                          .confirmed_transcript_hash = confirmed},
                                       &encoded) == 0);
        context = g_byte_array_new();
        g_byte_array_append(context, encoded.data, (guint)encoded.size);
        mls_buffer_deinit(&encoded);
        CHECK(mls_slice_equal(expected, mls_slice(context->data, context->len)));

        CHECK(vector_fixed(epoch, "commit_secret", commit_secret.bytes, 32));
        if (json_object_has_member(epoch, "psk_secret"))
                CHECK(vector_fixed(epoch, "psk_secret", psk_secret.bytes, 32));
        mls_joiner_secret(init, &commit_secret, expected, &joiner);
        CHECK(vector_secret_is(epoch, "joiner_secret", &joiner));
        mls_welcome_secret(&joiner, &psk_secret, &welcome);
        CHECK(vector_secret_is(epoch, "welcome_secret", &welcome));
        mls_epoch_secrets(&joiner, &psk_secret, expected, &secrets);
        CHECK(check_epoch_secrets(epoch, &secrets));
        CHECK(check_exporter(epoch, &secrets));
        mls_external_pair(&secrets.external, &external);
        CHECK(vector_is(epoch, "external_pub", mls_slice(external.public_key.bytes, 32)));
        *init = secrets.init;
        return true;
}

static bool run_key_schedule(JsonObject *test)
{
        JsonArray *epochs = json_object_get_array_member(test, "epochs");
        HEX(group_id, test, "group_id");
        MlsSecret init;

        CHECK(vector_fixed(test, "initial_init_secret", init.bytes, sizeof(init.bytes)));
        for (guint i = 0; i < json_array_get_length(epochs); i++)
                CHECK(check_epoch(json_array_get_object_element(epochs, i), group_id, i, &init));
        return true;
}

static bool run_psk_secret(JsonObject *test)
{
        JsonArray *psks = json_object_get_array_member(test, "psks");
        guint count = json_array_get_length(psks);
        MlsSecret psk_secret = {{0}};

        for (guint i = 0; i < count; i++) {
                JsonObject *item = json_array_get_object_element(psks, i);
                HEX(id, item, "psk_id");
                HEX(nonce, item, "psk_nonce");
                HEX(psk, item, "psk");
                MlsPskId psk_id = {.type = MLS_PSK_EXTERNAL, .id = id, .nonce = nonce};

                CHECK(mls_add_psk(&psk_secret, &psk_id, psk, i, count) == 0);
        }
        return vector_secret_is(test, "psk_secret", &psk_secret);
}

static bool run_transcript(JsonObject *test)
{
        HEX(encoded, test, "authenticated_content");
        HEX(before, test, "interim_transcript_hash_before");
        MlsAuthenticatedContent content;
        MlsHash confirmed, interim, tag;
        MlsSecret key;

        CHECK(mls_decode_authenticated_content(encoded, &content) == 0);
        CHECK(content.content.type == MLS_COMMIT);
        CHECK(vector_fixed(test, "confirmation_key", key.bytes, sizeof(key.bytes)));
        mls_confirmed_hash(before, &content, &confirmed);
        CHECK(vector_is(test, "confirmed_transcript_hash_after", mls_hash_slice(&confirmed)));
        mls_confirmation_tag(&key, mls_hash_slice(&confirmed), &tag);
        CHECK(mls_slice_equal(content.auth.confirmation_tag, mls_hash_slice(&tag)));
        mls_interim_hash(mls_hash_slice(&confirmed), &tag, &interim);
        return vector_is(test, "interim_transcript_hash_after", mls_hash_slice(&interim));
}

static bool check_key(const MlsSecretTree *tree, uint32_t leaf, JsonObject *step, MlsRatchetKind kind,
                      const char *key, const char *nonce)
{
        uint32_t generation = (uint32_t)vector_number(step, "generation");
        MlsKeyDraft draft;
        bool good;

        CHECK(mls_secret_tree_find(tree, leaf, kind, generation, &draft) == 0);
        good = vector_is(step, key, mls_slice(draft.key.key, sizeof(draft.key.key))) &&
               vector_is(step, nonce, mls_slice(draft.key.nonce, sizeof(draft.key.nonce)));
        mls_key_draft_deinit(&draft);
        return good;
}

/* Every key is looked for twice: with nothing used before, and with everything before it used up. */
static bool check_leaf(const MlsSecretTree *fresh, MlsSecretTree *used, uint32_t leaf, JsonArray *steps)
{
        MlsKeyDraft draft;

        for (guint i = 0; i < json_array_get_length(steps); i++) {
                JsonObject *step = json_array_get_object_element(steps, i);
                uint32_t generation = (uint32_t)vector_number(step, "generation");

                CHECK(check_key(fresh, leaf, step, MLS_RATCHET_HANDSHAKE, "handshake_key",
                                "handshake_nonce"));
                CHECK(check_key(fresh, leaf, step, MLS_RATCHET_APPLICATION, "application_key",
                                "application_nonce"));
                CHECK(check_key(used, leaf, step, MLS_RATCHET_HANDSHAKE, "handshake_key",
                                "handshake_nonce"));
                CHECK(check_key(used, leaf, step, MLS_RATCHET_APPLICATION, "application_key",
                                "application_nonce"));
                for (unsigned kind = 0; kind < 2; kind++) {
                        CHECK(mls_secret_tree_find(used, leaf, kind, generation, &draft) == 0);
                        CHECK(mls_secret_tree_use(used, &draft) == 0);
                        mls_key_draft_deinit(&draft);
                        CHECK(mls_secret_tree_find(used, leaf, kind, generation, &draft) == MLS_REPEATED);
                }
        }
        return true;
}

static bool run_secret_tree(JsonObject *test)
{
        JsonObject *sender = json_object_get_object_member(test, "sender_data");
        JsonArray *leaves = json_object_get_array_member(test, "leaves");
        HEX(ciphertext, sender, "ciphertext");
        uint32_t count = json_array_get_length(leaves), size = 1;
        __attribute__((cleanup(mls_secret_tree_deinit))) MlsSecretTree fresh = {0};
        __attribute__((cleanup(mls_secret_tree_deinit))) MlsSecretTree used = {0};
        MlsSecret secret;
        MlsAeadKey key;

        CHECK(vector_fixed(sender, "sender_data_secret", secret.bytes, sizeof(secret.bytes)));
        mls_sender_data_key(&secret, ciphertext, &key);
        CHECK(vector_is(sender, "key", mls_slice(key.key, sizeof(key.key))));
        CHECK(vector_is(sender, "nonce", mls_slice(key.nonce, sizeof(key.nonce))));

        while (size < count)
                size *= 2;
        CHECK(vector_fixed(test, "encryption_secret", secret.bytes, sizeof(secret.bytes)));
        CHECK(mls_secret_tree_init(&fresh, size, &secret) == 0);
        CHECK(mls_secret_tree_init(&used, size, &secret) == 0);
        for (uint32_t i = 0; i < count; i++)
                CHECK(check_leaf(&fresh, &used, i, json_array_get_array_element(leaves, i)));
        return true;
}

const VectorKind vector_key_schedule = {"key-schedule", {"initial_init_secret", "epochs"}, run_key_schedule};
const VectorKind vector_psk_secret = {"psk_secret", {"psks", "psk_secret"}, run_psk_secret};
const VectorKind vector_transcript = {
                "transcript-hashes",
                {"confirmation_key", "authenticated_content", "interim_transcript_hash_before"},
                run_transcript};
const VectorKind vector_secret_tree = {
                "secret-tree", {"sender_data", "encryption_secret", "leaves"}, run_secret_tree};
