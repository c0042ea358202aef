/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passive clients: join by a welcome, and follow the group from epoch to epoch. */
#include <sodium.h>

#include "e2ee/mls/group.h"
#include "e2ee/mls/message.h"
#include "tests/vectors/mls-vectors.h"

static int find_psk(void *userdata, const MlsPskId *id, MlsBuffer *out)
{
        JsonArray *psks = userdata;

        for (guint i = 0; id->type == MLS_PSK_EXTERNAL && i < json_array_get_length(psks); i++) {
                JsonObject *item = json_array_get_object_element(psks, i);
                HEX(psk_id, item, "psk_id");
                HEX(psk, item, "psk");

                if (mls_slice_equal(psk_id, id->id))
                        return mls_buffer_init(out, psk);
        }
        return 1;
}

static bool authenticator_is(const MlsGroup *group, JsonObject *object, const char *member)
{
        MlsSecret found;

        mls_group_epoch_authenticator(group, &found);
        return vector_secret_is(object, member, &found);
}

static bool read_secrets(JsonObject *test, const MlsKeyPackage *package, MlsKeyPackageSecrets *out)
{
        uint8_t seed[32];
        SigningPublicKey signing_key;

        CHECK(vector_fixed(test, "init_priv", out->init.secret_key.bytes, 32));
        CHECK(vector_fixed(test, "encryption_priv", out->encryption.secret_key.bytes, 32));
        CHECK(vector_fixed(test, "signature_priv", seed, 32));
        crypto_scalarmult_base(out->init.public_key.bytes, out->init.secret_key.bytes);
        crypto_scalarmult_base(out->encryption.public_key.bytes, out->encryption.secret_key.bytes);
        crypto_sign_seed_keypair(signing_key.bytes, out->signing.bytes, seed);
        CHECK(mls_slice_equal(package->init_key, mls_slice(out->init.public_key.bytes, 32)));
        CHECK(mls_slice_equal(package->leaf_node.encryption_key,
                              mls_slice(out->encryption.public_key.bytes, 32)));
        CHECK(mls_slice_equal(package->leaf_node.signature_key, mls_slice(signing_key.bytes, 32)));
        return true;
}

static bool receive(MlsGroup *group, MlsSlice message, const MlsPolicy *policy, MlsContentType type)
{
        MlsReceived received;
        int r = mls_group_receive(group, message, policy, vector_context(), &received);
        bool good = r == 0 && received.content.content.type == type;

        if (r != 0)
                return vector_failed(mls_refusal_name(r), r, "receiving");
        mls_received_deinit(&received);
        return good;
}

/* The group as it comes out of its stored form, which is to be as good as the group itself. */
static bool store_and_load(MlsGroup **group)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer tree = {0}, state = {0};

        CHECK(mls_group_encode_tree(*group, &tree) == 0);
        CHECK(mls_group_encode_state(*group, &state) == 0);
        mls_group_free(*group);
        *group = NULL;
        return mls_group_decode(mls_slice_of(&tree), mls_slice_of(&state), vector_context(), group) == 0;
}

static bool follow(MlsGroup **group, JsonObject *epoch, const MlsPolicy *policy)
{
        JsonArray *proposals = json_object_get_array_member(epoch, "proposals");
        HEX(commit, epoch, "commit");

        for (guint i = 0; i < json_array_get_length(proposals); i++) {
                g_autoptr(GBytes) proposal = vector_hex_node(json_array_get_element(proposals, i));

                CHECK(receive(*group, vector_slice(proposal), policy, MLS_PROPOSAL));
        }
        CHECK(store_and_load(group));
        CHECK(receive(*group, commit, policy, MLS_COMMIT));
        return authenticator_is(*group, epoch, "epoch_authenticator");
}

static bool run_passive(JsonObject *test)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *group = NULL;
        JsonArray *epochs = json_object_get_array_member(test, "epochs");
        MlsPolicy policy = {.userdata = json_object_get_array_member(test, "external_psks"),
                            .find_psk = find_psk};
        HEX(package_bytes, test, "key_package");
        HEX(welcome, test, "welcome");
        HEX(tree, test, "ratchet_tree");
        MlsKeyPackageSecrets secrets;
        MlsMessage package;
        int r;

        CHECK(mls_decode_message(package_bytes, &package) == 0 && package.wire_format == MLS_KEY_PACKAGE);
        CHECK(read_secrets(test, &package.key_package, &secrets));
        r = mls_group_join(welcome, package.key_package.encoded, &secrets, tree, NULL, &policy,
                           vector_context(), &group);
        if (r != 0)
                return vector_failed(mls_refusal_name(r), r, "joining");
        CHECK(authenticator_is(group, test, "initial_epoch_authenticator"));
        for (guint i = 0; i < json_array_get_length(epochs); i++)
                CHECK(follow(&group, json_array_get_object_element(epochs, i), &policy));
        return true;
}

const VectorKind vector_passive = {"passive-client",
                                   {"key_package", "welcome", "initial_epoch_authenticator", "epochs"},
                                   run_passive};
