/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/treekem.h"

#include <errno.h>
#include <sodium.h>

#include "e2ee/dh.h"
#include "e2ee/wipe.h"

void mls_own_keys_prune(const MlsTree *tree, uint32_t leaf, MlsOwnKeys *keys)
{
        unsigned top = tree_level(tree_root(tree->leaves));

        for (unsigned level = 0; level < MLS_LEVELS_MAX; level++) {
                const DhPublicKey *key = NULL;

                if (level <= top)
                        key = mls_tree_key(tree, tree_ancestor(2 * leaf, level));
                if (key && keys->has[level] &&
                    memcmp(key->bytes, keys->keys[level].public_key.bytes, sizeof(key->bytes)) == 0)
                        continue;
                keys->has[level] = false;
                sodium_memzero(&keys->keys[level], sizeof(keys->keys[level]));
        }
}

/* Section 7.4: node_secret, and the key pair made of it. */
static void derive_pair(const MlsSecret *path_secret, DhKeyPair *out)
{
        MlsSecret node_secret;
        E2EE_WIPE(node_secret);

        mls_derive_secret(path_secret, "node", &node_secret);
        hpke_derive_key_pair(mls_secret_slice(&node_secret), out);
}

static void keep_pair(MlsOwnKeys *keys, uint32_t node, const DhKeyPair *pair)
{
        keys->has[tree_level(node)] = true;
        keys->keys[tree_level(node)] = *pair;
}

/* Section 7.4: new keys for all nodes of the filtered path; all others on the path are blank. */
static int renew_parents(MlsTree *tree, uint32_t leaf, const E2eeContext *random, MlsOwnKeys *keys,
                         MlsPathSecrets *out)
{
        MlsSecret path_secret;
        DhKeyPair pair;
        int r;
        E2EE_WIPE(path_secret);
        E2EE_WIPE(pair);

        r = mls_tree_blank_path(tree, leaf);
        if (r != 0)
                return r;
        out->count = mls_tree_filtered_path(tree, leaf, out->steps);
        random->fill(random->userdata, path_secret.bytes, sizeof(path_secret.bytes));
        for (size_t i = 0; i < out->count; i++) {
                MlsNodeContent content;

                derive_pair(&path_secret, &pair);
                keep_pair(keys, out->steps[i].node, &pair);
                content.parent = mls_parent_new(&pair.public_key, 0);
                r = content.parent ? mls_tree_set(tree, out->steps[i].node, content) : -ENOMEM;
                if (r != 0)
                        return r;
                out->secrets[i] = path_secret;
                mls_derive_secret(&path_secret, "path", &path_secret);
        }
        out->commit_secret = path_secret;
        return 0;
}

int mls_path_create(MlsTree *tree, uint32_t leaf, const MlsLeafNode *fields, const SigningSecretKey *key,
                    MlsSlice group_id, const E2eeContext *random, MlsOwnKeys *keys, MlsPathSecrets *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer encoded = {0};
        MlsLeafNode fresh = *fields;
        MlsNodeContent content;
        size_t hash_size;
        MlsHash hash;
        DhKeyPair pair;
        int r;
        E2EE_WIPE(pair);

        r = renew_parents(tree, leaf, random, keys, out);
        if (r == 0)
                r = mls_tree_set_parent_hashes(tree, out->steps, out->count, &hash, &hash_size);
        if (r != 0)
                return r;
        dh_generate(&pair, random);
        keep_pair(keys, 2 * leaf, &pair);
        fresh.encryption_key = mls_slice(pair.public_key.bytes, sizeof(pair.public_key.bytes));
        fresh.source = MLS_LEAF_OF_COMMIT;
        fresh.parent_hash = mls_slice(hash.bytes, hash_size);
        r = mls_sign_leaf_node(&fresh, key, group_id, leaf, &encoded);
        if (r == 0)
                r = mls_leaf_new(mls_slice_of(&encoded), &content.leaf);
        return r != 0 ? r : mls_tree_set(tree, 2 * leaf, content);
}

static bool is_new_leaf(const NodeList *new_leaves, uint32_t node)
{
        size_t low = 0, high = new_leaves->count;

        if (!tree_is_leaf(node))
                return false;
        while (low < high) {
                size_t middle = (low + high) / 2;

                if (new_leaves->nodes[middle] == node / 2)
                        return true;
                if (new_leaves->nodes[middle] < node / 2)
                        low = middle + 1;
                else
                        high = middle;
        }
        return false;
}

/* Whom the path secret is encrypted to (section 7.5): the resolution without those who are just joining. */
static int receivers(const MlsTree *tree, uint32_t copath, const NodeList *new_leaves, NodeList *out)
{
        size_t kept = 0;
        int r;

        out->count = 0;
        r = mls_tree_resolution(tree, copath, out);
        for (size_t i = 0; i < out->count; i++) {
                if (!is_new_leaf(new_leaves, out->nodes[i]))
                        out->nodes[kept++] = out->nodes[i];
        }
        out->count = kept;
        return r;
}

int mls_path_encrypt(const MlsTree *tree, uint32_t leaf, const MlsPathSecrets *path,
                     const NodeList *new_leaves, MlsSlice group_context, const E2eeContext *random,
                     MlsWriter *out)
{
        __attribute__((cleanup(node_list_deinit))) NodeList to = {0};
        size_t nodes, ciphertexts;
        HpkeInfo info;
        int r;

        mls_encrypt_context(MLS_LABEL_UPDATE_PATH_NODE, group_context, &info);
        mls_write_slice(out, mls_tree_leaf(tree, leaf)->node.encoded);
        nodes = mls_begin_vector(out);
        for (size_t i = 0; i < path->count; i++) {
                const DhPublicKey *key = mls_tree_key(tree, path->steps[i].node);

                mls_write_vector(out, mls_slice(key->bytes, sizeof(key->bytes)));
                r = receivers(tree, path->steps[i].copath, new_leaves, &to);
                if (r != 0)
                        return r;
                ciphertexts = mls_begin_vector(out);
                for (size_t j = 0; j < to.count; j++) {
                        r = mls_encrypt_with_label(mls_tree_key(tree, to.nodes[j]), &info,
                                                   mls_secret_slice(&path->secrets[i]), random, out);
                        if (r != 0)
                                return r;
                }
                mls_end_vector(out, ciphertexts);
        }
        mls_end_vector(out, nodes);
        return out->error;
}

/* Section 12.4.2: no key of the path is in the tree already, and none is in the path twice. */
static int check_keys(const MlsTree *tree, const MlsUpdatePath *path)
{
        DhPublicKey keys[MLS_LEVELS_MAX + 1];
        ByteReader nodes = mls_reader(path->nodes);
        MlsUpdatePathNode node;
        size_t count = 0;

        if (path->node_count > MLS_LEVELS_MAX ||
            !mls_dh_key_from(path->leaf_node.encryption_key, &keys[count++]))
                return MLS_INVALID_PATH;
        for (size_t i = 0; i < path->node_count; i++) {
                mls_read_update_path_node(&nodes, &node);
                if (!mls_dh_key_from(node.encryption_key, &keys[count++]))
                        return MLS_INVALID_PATH;
        }
        for (size_t i = 0; i < count; i++) {
                if (!mls_dh_key_is_usable(&keys[i]) ||
                    key_index_count(&tree->encryption_keys, keys[i].bytes) > 0)
                        return MLS_INVALID_PATH;
                for (size_t j = 0; j < i; j++) {
                        if (memcmp(&keys[i], &keys[j], sizeof(keys[i])) == 0)
                                return MLS_INVALID_PATH;
                }
        }
        return 0;
}

int mls_path_apply(MlsTree *tree, uint32_t leaf, const MlsUpdatePath *path,
                   MlsPathStep steps[static MLS_LEVELS_MAX], size_t *count)
{
        ByteReader nodes = mls_reader(path->nodes);
        MlsUpdatePathNode node;
        MlsNodeContent content;
        DhPublicKey key;
        size_t hash_size;
        MlsHash hash;
        int r;

        *count = mls_tree_filtered_path(tree, leaf, steps);
        if (path->node_count != *count)
                return MLS_INVALID_PATH;
        r = check_keys(tree, path);
        if (r == 0)
                r = mls_tree_blank_path(tree, leaf);
        for (size_t i = 0; r == 0 && i < *count; i++) {
                mls_read_update_path_node(&nodes, &node);
                mls_dh_key_from(node.encryption_key, &key);
                content.parent = mls_parent_new(&key, 0);
                r = content.parent ? mls_tree_set(tree, steps[i].node, content) : -ENOMEM;
        }
        if (r == 0)
                r = mls_tree_set_parent_hashes(tree, steps, *count, &hash, &hash_size);
        if (r != 0)
                return r;
        if (!mls_slice_equal(path->leaf_node.parent_hash, mls_slice(hash.bytes, hash_size)))
                return MLS_INVALID_PATH;
        r = mls_leaf_new(path->leaf_node.encoded, &content.leaf);
        return r != 0 ? r : mls_tree_set(tree, 2 * leaf, content);
}

int mls_path_derive(const MlsTree *tree, uint32_t node, const MlsSecret *path_secret, MlsOwnKeys *keys,
                    MlsSecret *commit_secret)
{
        uint32_t root = tree_root(tree->leaves);
        MlsSecret secret = *path_secret;
        DhKeyPair pair;
        E2EE_WIPE(secret);
        E2EE_WIPE(pair);

        if (!mls_tree_key(tree, node))
                return MLS_INVALID_PATH;
        for (;; node = tree_parent(node)) {
                const DhPublicKey *key = mls_tree_key(tree, node);

                if (key) { /* what is blank was not in the filtered path */
                        derive_pair(&secret, &pair);
                        if (memcmp(pair.public_key.bytes, key->bytes, sizeof(key->bytes)) != 0)
                                return MLS_INVALID_PATH;
                        keep_pair(keys, node, &pair);
                        mls_derive_secret(&secret, "path", &secret);
                }
                if (node == root)
                        break;
        }
        *commit_secret = secret;
        return 0;
}

/* The ciphertext for the first of the receivers whose key we have. */
static int open_path_secret(const MlsUpdatePathNode *node, const NodeList *to, uint32_t own_leaf,
                            const MlsTree *tree, const MlsOwnKeys *keys, MlsSlice group_context,
                            MlsSecret *out)
{
        ByteReader ciphertexts = mls_reader(node->ciphertexts);
        MlsHpkeCiphertext ciphertext;

        for (size_t i = 0; i < to->count; i++) {
                unsigned level = tree_level(to->nodes[i]);

                mls_read_hpke_ciphertext(&ciphertexts, &ciphertext);
                if (!tree_is_below(2 * own_leaf, to->nodes[i]) || !keys->has[level] ||
                    memcmp(&keys->keys[level].public_key, mls_tree_key(tree, to->nodes[i]),
                           sizeof(DhPublicKey)) != 0)
                        continue;
                if (ciphertext.ciphertext.size != sizeof(out->bytes) + MLS_AEAD_TAG_SIZE)
                        return MLS_INVALID_PATH;
                return mls_decrypt_with_label(&keys->keys[level], MLS_LABEL_UPDATE_PATH_NODE, group_context,
                                              &ciphertext, out->bytes);
        }
        return MLS_INVALID_PATH;
}

int mls_path_decrypt(const MlsTree *tree, const MlsUpdatePath *path, const MlsPathStep *steps, size_t count,
                     uint32_t own_leaf, const NodeList *new_leaves, MlsSlice group_context, MlsOwnKeys *keys,
                     MlsSecret *commit_secret)
{
        __attribute__((cleanup(node_list_deinit))) NodeList to = {0};
        ByteReader nodes = mls_reader(path->nodes);
        uint32_t common = UINT32_MAX;
        MlsUpdatePathNode node;
        MlsSecret path_secret;
        int r;
        E2EE_WIPE(path_secret);

        /* Section 7.6: every length is checked, so that all members accept or refuse alike. */
        for (size_t i = 0; i < count; i++) {
                mls_read_update_path_node(&nodes, &node);
                r = receivers(tree, steps[i].copath, new_leaves, &to);
                if (r != 0)
                        return r;
                if (node.ciphertext_count != to.count)
                        return MLS_INVALID_PATH;
                if (!tree_is_below(2 * own_leaf, steps[i].copath))
                        continue;
                common = steps[i].node;
                r = open_path_secret(&node, &to, own_leaf, tree, keys, group_context, &path_secret);
                if (r != 0)
                        return r;
        }
        if (common == UINT32_MAX)
                return MLS_INVALID_PATH;
        return mls_path_derive(tree, common, &path_secret, keys, commit_secret);
}
