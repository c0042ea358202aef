/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tree math, the length of vectors, and labelled cryptography. */
#include "e2ee/mls/tree-math.h"
#include "tests/vectors/mls-vectors.h"

/* An array has null where there is no such node. */
static bool entry_is(JsonObject *test, const char *member, uint32_t node, bool exists, uint32_t found)
{
        JsonArray *list = json_object_get_array_member(test, member);
        JsonNode *entry = node < json_array_get_length(list) ? json_array_get_element(list, node) : NULL;

        CHECK(entry != NULL);
        if (!exists)
                return json_node_is_null(entry);
        return !json_node_is_null(entry) && json_node_get_int(entry) == found;
}

static bool run_tree_math(JsonObject *test)
{
        uint32_t leaves = (uint32_t)vector_number(test, "n_leaves"), root = tree_root(leaves);

        CHECK(vector_number(test, "n_nodes") == tree_width(leaves));
        CHECK(vector_number(test, "root") == root);
        for (uint32_t i = 0; i < tree_width(leaves); i++) {
                bool parent = !tree_is_leaf(i), below = i != root;

                CHECK(entry_is(test, "left", i, parent, parent ? tree_left(i) : 0));
                CHECK(entry_is(test, "right", i, parent, parent ? tree_right(i) : 0));
                CHECK(entry_is(test, "parent", i, below, below ? tree_parent(i) : 0));
                CHECK(entry_is(test, "sibling", i, below, below ? tree_sibling(i) : 0));
        }
        return true;
}

static bool run_deserialization(JsonObject *test)
{
        HEX(header, test, "vlbytes_header");
        ByteReader reader = mls_reader(header);
        uint8_t again[4];
        size_t length = mls_read_length(&reader);

        CHECK(reader_done(&reader));
        CHECK(length == vector_number(test, "length"));
        CHECK(mls_slice_equal(header, mls_slice(again, mls_encode_length(length, again))));
        return true;
}

static bool check_sign(JsonObject *test)
{
        HEX(content, test, "content");
        HEX(given, test, "signature");
        HEX(seed, test, "priv");
        const char *label = vector_string(test, "label");
        SigningPublicKey public_key;
        SigningSecretKey secret_key;
        Signature signature;

        CHECK(seed.size == 32 && vector_fixed(test, "pub", public_key.bytes, 32));
        memcpy(secret_key.bytes, seed.data, 32);
        memcpy(secret_key.bytes + 32, public_key.bytes, 32);
        CHECK(mls_verify_with_label(&public_key, label, content, given) == 0);
        CHECK(mls_sign_with_label(&secret_key, label, content, &signature) == 0);
        CHECK(mls_verify_with_label(&public_key, label, content, mls_slice(signature.bytes, 64)) == 0);
        CHECK(mls_verify_with_label(&public_key, "other", content, given) == MLS_FORGED);
        return true;
}

static bool check_encrypt(JsonObject *test)
{
        HEX(context, test, "context");
        HEX(plaintext, test, "plaintext");
        HEX(kem_output, test, "kem_output");
        HEX(given, test, "ciphertext");
        const char *label = vector_string(test, "label");
        MlsHpkeCiphertext ciphertext = {.kem_output = kem_output, .ciphertext = given};
        g_autofree uint8_t *out = g_malloc0(given.size + 1);
        MLS_WRITER(writer);
        ByteReader reader;
        DhKeyPair pair;
        HpkeInfo info;

        CHECK(given.size == plaintext.size + MLS_AEAD_TAG_SIZE);
        CHECK(vector_fixed(test, "priv", pair.secret_key.bytes, 32));
        CHECK(vector_fixed(test, "pub", pair.public_key.bytes, 32));
        CHECK(mls_decrypt_with_label(&pair, label, context, &ciphertext, out) == 0);
        CHECK(mls_slice_equal(plaintext, mls_slice(out, plaintext.size)));

        mls_encrypt_context(label, context, &info);
        CHECK(mls_encrypt_with_label(&pair.public_key, &info, plaintext, vector_context(), &writer) == 0);
        reader = mls_reader(mls_written(&writer));
        mls_read_hpke_ciphertext(&reader, &ciphertext);
        CHECK(reader_done(&reader));
        memset(out, 0, given.size);
        CHECK(mls_decrypt_with_label(&pair, label, context, &ciphertext, out) == 0);
        CHECK(mls_slice_equal(plaintext, mls_slice(out, plaintext.size)));
        CHECK(mls_decrypt_with_label(&pair, "other", context, &ciphertext, out) == MLS_FORGED);
        return true;
}

static bool check_expand(JsonObject *test)
{
        HEX(context, test, "context");
        size_t size = vector_number(test, "length");
        uint8_t out[255];
        MlsSecret secret;

        CHECK(size <= sizeof(out) && vector_fixed(test, "secret", secret.bytes, sizeof(secret.bytes)));
        mls_expand_with_label(&secret, mls_string(vector_string(test, "label")), context, out, size);
        return vector_is(test, "out", mls_slice(out, size));
}

static bool check_derive(JsonObject *test)
{
        MlsSecret secret;

        CHECK(vector_fixed(test, "secret", secret.bytes, sizeof(secret.bytes)));
        mls_derive_secret(&secret, vector_string(test, "label"), &secret);
        return vector_secret_is(test, "out", &secret);
}

static bool check_derive_tree(JsonObject *test)
{
        size_t size = vector_number(test, "length");
        uint8_t out[255];
        MlsSecret secret;

        CHECK(size <= sizeof(out) && vector_fixed(test, "secret", secret.bytes, sizeof(secret.bytes)));
        mls_derive_tree_secret(&secret, vector_string(test, "label"),
                               (uint32_t)vector_number(test, "generation"), out, size);
        return vector_is(test, "out", mls_slice(out, size));
}

static bool check_ref_hash(JsonObject *test)
{
        HEX(value, test, "value");
        MlsHash hash;

        mls_ref_hash(vector_string(test, "label"), value, &hash);
        return vector_is(test, "out", mls_hash_slice(&hash));
}

static bool run_crypto_basics(JsonObject *test)
{
        CHECK(check_ref_hash(json_object_get_object_member(test, "ref_hash")));
        CHECK(check_expand(json_object_get_object_member(test, "expand_with_label")));
        CHECK(check_derive(json_object_get_object_member(test, "derive_secret")));
        CHECK(check_derive_tree(json_object_get_object_member(test, "derive_tree_secret")));
        CHECK(check_sign(json_object_get_object_member(test, "sign_with_label")));
        CHECK(check_encrypt(json_object_get_object_member(test, "encrypt_with_label")));
        return true;
}

const VectorKind vector_tree_math = {"tree-math", {"n_leaves", "n_nodes", "left", "sibling"}, run_tree_math};
const VectorKind vector_deserialization = {
                "deserialization", {"vlbytes_header", "length"}, run_deserialization};
const VectorKind vector_crypto_basics = {
                "crypto-basics",
                {"ref_hash", "expand_with_label", "sign_with_label", "encrypt_with_label"},
                run_crypto_basics};
