/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TreeKEM: update paths of others and of our own, opened by every member. */
#include <sodium.h>

#include "e2ee/mls/group-context.h"
#include "e2ee/mls/treekem.h"
#include "tests/vectors/mls-vectors.h"

typedef struct Member {
        uint32_t leaf;
        MlsOwnKeys keys;
        SigningSecretKey signing_key;
} Member;

static bool same_key(const MlsTree *tree, uint32_t node, const MlsOwnKeys *keys)
{
        const DhPublicKey *key = mls_tree_key(tree, node);

        return key && keys->has[tree_level(node)] &&
               memcmp(key, &keys->keys[tree_level(node)].public_key, sizeof(*key)) == 0;
}

static bool member_init(Member *member, const MlsTree *tree, JsonObject *private)
{
        JsonArray *secrets = json_object_get_array_member(private, "path_secrets");
        DhKeyPair *pair = &member->keys.keys[0];
        SigningPublicKey public_key;
        uint8_t seed[32];

        *member = (Member){.leaf = (uint32_t)vector_number(private, "index")};
        CHECK(vector_fixed(private, "encryption_priv", pair->secret_key.bytes, 32));
        crypto_scalarmult_base(pair->public_key.bytes, pair->secret_key.bytes);
        member->keys.has[0] = true;
        CHECK(same_key(tree, 2 * member->leaf, &member->keys));
        CHECK(vector_fixed(private, "signature_priv", seed, 32));
        crypto_sign_seed_keypair(public_key.bytes, member->signing_key.bytes, seed);
        for (guint i = 0; i < json_array_get_length(secrets); i++) {
                JsonObject *item = json_array_get_object_element(secrets, i);
                uint32_t node = (uint32_t)vector_number(item, "node");
                MlsSecret secret, node_secret;

                CHECK(vector_fixed(item, "path_secret", secret.bytes, 32));
                mls_derive_secret(&secret, "node", &node_secret);
                hpke_derive_key_pair(mls_secret_slice(&node_secret), &member->keys.keys[tree_level(node)]);
                member->keys.has[tree_level(node)] = true;
                CHECK(same_key(tree, node, &member->keys));
        }
        return true;
}

typedef struct Case {
        MlsTree tree;
        JsonObject *test;
        MlsSlice group_id;
        Member *members;
        guint count;
} Case;

static bool write_context(const Case *c, MlsTree *tree, MlsWriter *writer)
{
        HEX(confirmed, c->test, "confirmed_transcript_hash");
        const MlsHash *hash;

        CHECK(mls_tree_hash(tree, tree_root(tree->leaves), &hash) == 0);
        mls_write_group_context(writer, &(MlsGroupContext){.version = MLS_VERSION,
                                                           .cipher_suite = MLS_CIPHER_SUITE,
                                                           .group_id = c->group_id,
                                                           .epoch = vector_number(c->test, "epoch"),
                                                           .tree_hash = mls_hash_slice(hash),
                                                           .confirmed_transcript_hash = confirmed});
        return true;
}

/* Everybody else opens the path: to the path secret that is expected, if one is, and the same commit secret.
 */
static bool all_open(const Case *c, MlsTree *tree, const MlsUpdatePath *path, uint32_t sender,
                     MlsSlice context, JsonArray *path_secrets, const MlsSecret *commit_secret)
{
        MlsPathStep steps[MLS_LEVELS_MAX];
        size_t count = mls_tree_filtered_path(tree, sender, steps);

        for (guint i = 0; i < c->count; i++) {
                const Member *member = &c->members[i];
                uint32_t common = tree_common_ancestor(2 * sender, 2 * member->leaf);
                MlsOwnKeys keys = member->keys;
                MlsSecret found;

                if (member->leaf == sender)
                        continue;
                CHECK(mls_path_decrypt(tree, path, steps, count, member->leaf, &(NodeList){0}, context,
                                       &keys, &found) == 0);
                CHECK(memcmp(&found, commit_secret, sizeof(found)) == 0);
                if (path_secrets) {
                        g_autoptr(GBytes) expected =
                                        vector_hex_node(json_array_get_element(path_secrets, member->leaf));
                        MlsOwnKeys derived = {0};
                        MlsSecret secret;

                        CHECK(g_bytes_get_size(expected) == sizeof(secret));
                        memcpy(&secret, g_bytes_get_data(expected, NULL), sizeof(secret));
                        CHECK(mls_path_derive(tree, common, &secret, &derived, &secret) == 0);
                        CHECK(same_key(tree, common, &keys) && same_key(tree, common, &derived));
                }
        }
        return true;
}

static bool check_theirs(Case *c, JsonObject *update, uint32_t sender)
{
        __attribute__((cleanup(mls_tree_delta_deinit))) MlsTreeDelta delta = {0};
        HEX(encoded, update, "update_path");
        ByteReader reader = mls_reader(encoded);
        MlsPathStep steps[MLS_LEVELS_MAX];
        MlsSecret commit_secret;
        MlsUpdatePath path;
        const MlsHash *hash;
        size_t count;
        MLS_WRITER(context);

        mls_read_update_path(&reader, &path);
        CHECK(reader_done(&reader));
        CHECK(vector_fixed(update, "commit_secret", commit_secret.bytes, sizeof(commit_secret)));
        mls_tree_record(&c->tree, &delta);
        CHECK(mls_path_apply(&c->tree, sender, &path, steps, &count) == 0);
        CHECK(mls_verify_leaf_node(&path.leaf_node, c->group_id, sender) == 0);
        CHECK(mls_tree_hash(&c->tree, tree_root(c->tree.leaves), &hash) == 0);
        CHECK(vector_is(update, "tree_hash_after", mls_hash_slice(hash)));
        CHECK(write_context(c, &c->tree, &context));
        CHECK(all_open(c, &c->tree, &path, sender, mls_written(&context),
                       json_object_get_array_member(update, "path_secrets"), &commit_secret));
        mls_tree_undo(&c->tree, &delta);
        return true;
}

static bool check_own(Case *c, uint32_t sender, const Member *member)
{
        __attribute__((cleanup(mls_tree_delta_deinit))) MlsTreeDelta delta = {0};
        MlsLeafNode fields = mls_tree_leaf(&c->tree, sender)->node;
        MlsPathStep steps[MLS_LEVELS_MAX];
        MlsOwnKeys keys = member->keys;
        MlsPathSecrets secrets;
        MlsUpdatePath path;
        ByteReader reader;
        size_t count;
        MLS_WRITER(context);
        MLS_WRITER(encoded);

        mls_tree_record(&c->tree, &delta);
        CHECK(mls_path_create(&c->tree, sender, &fields, &member->signing_key, c->group_id, vector_context(),
                              &keys, &secrets) == 0);
        CHECK(write_context(c, &c->tree, &context));
        CHECK(mls_path_encrypt(&c->tree, sender, &secrets, &(NodeList){0}, mls_written(&context),
                               vector_context(), &encoded) == 0);
        reader = mls_reader(mls_written(&encoded));
        mls_read_update_path(&reader, &path);
        CHECK(reader_done(&reader));
        CHECK(all_open(c, &c->tree, &path, sender, mls_written(&context), NULL, &secrets.commit_secret));
        /* And applied to the tree from before, it is accepted and gives the same tree. */
        mls_tree_undo(&c->tree, &delta);
        mls_tree_delta_deinit(&delta);
        mls_tree_record(&c->tree, &delta);
        CHECK(mls_path_apply(&c->tree, sender, &path, steps, &count) == 0);
        CHECK(all_open(c, &c->tree, &path, sender, mls_written(&context), NULL, &secrets.commit_secret));
        mls_tree_undo(&c->tree, &delta);
        return true;
}

static bool run_updates(Case *c)
{
        JsonArray *updates = json_object_get_array_member(c->test, "update_paths");
        JsonArray *privates = json_object_get_array_member(c->test, "leaves_private");

        for (guint i = 0; i < c->count; i++)
                CHECK(member_init(&c->members[i], &c->tree, json_array_get_object_element(privates, i)));
        for (guint i = 0; i < json_array_get_length(updates); i++) {
                JsonObject *update = json_array_get_object_element(updates, i);
                uint32_t sender = (uint32_t)vector_number(update, "sender");
                guint at = 0;

                while (at < c->count && c->members[at].leaf != sender)
                        at++;
                CHECK(at < c->count);
                CHECK(check_theirs(c, update, sender));
                CHECK(check_own(c, sender, &c->members[at]));
        }
        return true;
}

static bool run_treekem(JsonObject *test)
{
        HEX(encoded, test, "ratchet_tree");
        HEX(group_id, test, "group_id");
        Case c = {.test = test, .group_id = group_id};
        bool good;

        c.count = json_array_get_length(json_object_get_array_member(test, "leaves_private"));
        c.members = g_new0(Member, c.count);
        good = mls_tree_decode(&c.tree, encoded, vector_context()) == 0 && run_updates(&c);
        c.tree.delta = NULL;
        mls_tree_deinit(&c.tree);
        g_free(c.members);
        return good;
}

const VectorKind vector_treekem = {
                "treekem", {"ratchet_tree", "leaves_private", "update_paths"}, run_treekem};
