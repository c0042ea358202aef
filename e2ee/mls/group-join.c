/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining by a welcome (RFC 9420 section 12.4.3.1). */
#include <errno.h>
#include <sodium.h>

#include "e2ee/mls/group-join.h"
#include "e2ee/mls/group-policy.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

int mls_join_tree(MlsGroup *group, const MlsGroupInfo *info, MlsSlice tree, const MlsPolicy *policy,
                  const E2eeContext *context)
{
        MlsSlice extension;
        const MlsHash *hash;
        int r;

        if (mls_find_extension(info->extensions, MLS_EXTENSION_RATCHET_TREE, &extension))
                tree = extension;
        if (tree.size == 0)
                return MLS_NO_TREE;
        r = mls_tree_decode(&group->tree, tree, context);
        if (r == 0)
                r = mls_tree_hash(&group->tree, tree_root(group->tree.leaves), &hash);
        if (r == 0 && !mls_slice_equal(info->context.tree_hash, mls_hash_slice(hash)))
                r = MLS_INVALID_TREE;
        if (r == 0)
                r = mls_tree_validate(&group->tree, info->context.group_id, info->context.extensions);
        for (uint32_t i = 0; r == 0 && i < group->tree.leaves; i++) {
                const MlsLeaf *leaf = mls_tree_leaf(&group->tree, i);

                r = leaf ? mls_check_credential(policy, &leaf->node, NULL) : 0;
        }
        return r;
}

int mls_join_context(MlsGroup *group, const MlsGroupInfo *info, const MlsPolicy *policy)
{
        const MlsGroupContext *context = &info->context;
        MlsEpochState *now = &group->now;
        MLS_WRITER(encoded);
        int r;

        if (context->version != MLS_VERSION || context->cipher_suite != MLS_CIPHER_SUITE)
                return MLS_UNSUPPORTED;
        if (context->group_id.size > MLS_GROUP_ID_MAX ||
            context->extensions.size > MLS_CONTEXT_EXTENSIONS_SIZE_MAX)
                return MLS_TOO_LARGE;
        if ((context->confirmed_transcript_hash.size != 0 || context->epoch != 0) &&
            context->confirmed_transcript_hash.size != MLS_HASH_SIZE)
                return MLS_MALFORMED;
        r = mls_check_context_extensions(policy, &group->tree, context->extensions, (MlsSlice){0});
        if (r != 0)
                return r;
        now->number = context->epoch;
        now->confirmed_size = context->confirmed_transcript_hash.size;
        if (now->confirmed_size > 0)
                memcpy(now->confirmed.bytes, context->confirmed_transcript_hash.data, now->confirmed_size);
        if (info->confirmation_tag.size != MLS_HASH_SIZE)
                return MLS_FORGED;
        memcpy(now->confirmation_tag.bytes, info->confirmation_tag.data, MLS_HASH_SIZE);
        r = mls_buffer_init(&now->extensions, context->extensions);
        if (r != 0)
                return r;
        mls_write_group_context(&encoded, context);
        return mls_writer_finish(&encoded, &now->context);
}

int mls_join_signer(const MlsGroup *group, const MlsGroupInfo *info)
{
        const MlsLeaf *signer = mls_tree_leaf(&group->tree, info->signer);

        return signer ? mls_verify_group_info(info, &signer->signature_key) : MLS_FORGED;
}

typedef struct Joining {
        const MlsKeyPackage *package;
        const MlsKeyPackageSecrets *secrets;
        const MlsGroup *predecessor;
        const MlsPolicy *policy;
        const E2eeContext *context;
        MlsGroup *group;
        MlsBuffer group_secrets_bytes, info_bytes;
        MlsGroupSecrets group_secrets;
        MlsGroupInfo info;
        MlsPskId continued; /* the PSK of usage reinit or branch, if there is one */
        bool is_continued;
        MlsSecret joiner, psk_secret;
} Joining;

static void joining_deinit(Joining *joining)
{
        mls_group_free(joining->group);
        mls_buffer_deinit(&joining->group_secrets_bytes);
        mls_buffer_deinit(&joining->info_bytes);
        sodium_memzero(joining, sizeof(*joining));
}

static int open_group_secrets(Joining *j, const MlsWelcome *welcome)
{
        MlsEncryptedGroupSecrets entry;
        MlsSlice sealed;
        MlsHash reference;
        int r;

        if (welcome->cipher_suite != MLS_CIPHER_SUITE || j->package->cipher_suite != MLS_CIPHER_SUITE)
                return MLS_UNSUPPORTED;
        mls_key_package_reference(j->package, &reference);
        if (!mls_find_in_welcome(welcome, &reference, &entry))
                return MLS_UNKNOWN_KEY_PACKAGE;
        sealed = entry.encrypted_group_secrets.ciphertext;
        if (sealed.size <= MLS_AEAD_TAG_SIZE)
                return MLS_FORGED;
        j->group_secrets_bytes.size = sealed.size - MLS_AEAD_TAG_SIZE;
        j->group_secrets_bytes.data = malloc(j->group_secrets_bytes.size);
        if (!j->group_secrets_bytes.data) {
                j->group_secrets_bytes.size = 0;
                return -ENOMEM;
        }
        r = mls_decrypt_with_label(&j->secrets->init, MLS_LABEL_WELCOME, welcome->encrypted_group_info,
                                   &entry.encrypted_group_secrets, j->group_secrets_bytes.data);
        if (r == 0)
                r = mls_decode_group_secrets(mls_slice_of(&j->group_secrets_bytes), &j->group_secrets);
        if (r != 0)
                return r;
        if (j->group_secrets.joiner_secret.size != MLS_HASH_SIZE ||
            (j->group_secrets.has_path_secret && j->group_secrets.path_secret.size != MLS_HASH_SIZE))
                return MLS_MALFORMED;
        memcpy(j->joiner.bytes, j->group_secrets.joiner_secret.data, MLS_HASH_SIZE);
        return 0;
}

/* psk_secret; a PSK that continues another group is the only such one. */
static int find_psks(Joining *j)
{
        ByteReader reader = mls_reader(j->group_secrets.psks);
        int r = 0;

        for (unsigned i = 0; r == 0 && i < j->group_secrets.psk_count; i++) {
                __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer psk = {0};
                MlsPskId id;

                mls_read_psk_id(&reader, &id);
                if (id.nonce.size != MLS_HASH_SIZE)
                        return MLS_MALFORMED;
                if (id.type == MLS_PSK_RESUMPTION && id.usage != MLS_PSK_FOR_APPLICATION) {
                        if (j->is_continued)
                                return MLS_INVALID_PROPOSALS;
                        j->is_continued = true;
                        j->continued = id;
                }
                r = mls_find_psk(j->predecessor, j->policy, &id, &psk);
                if (r == 0)
                        r = mls_add_psk(&j->psk_secret, &id, mls_slice_of(&psk), i,
                                        (unsigned)j->group_secrets.psk_count);
        }
        return r;
}

static int open_group_info(Joining *j, MlsSlice sealed)
{
        MlsSecret welcome_secret;
        MlsAeadKey key;
        int r;
        E2EE_WIPE(welcome_secret);
        E2EE_WIPE(key);

        if (sealed.size <= MLS_AEAD_TAG_SIZE)
                return MLS_FORGED;
        mls_welcome_secret(&j->joiner, &j->psk_secret, &welcome_secret);
        mls_welcome_key(&welcome_secret, &key);
        r = mls_buffer_init(&j->info_bytes, sealed);
        if (r != 0)
                return r;
        r = mls_aead_open(&key, (MlsSlice){0}, sealed.data, sealed.size, j->info_bytes.data);
        if (r != 0)
                return r;
        return mls_decode_group_info(mls_slice(j->info_bytes.data, sealed.size - MLS_AEAD_TAG_SIZE),
                                     &j->info);
}

/* The leaf that is the one of our key package; it can be in the tree once only, as its keys are unique. */
static int find_own_leaf(Joining *j)
{
        MlsGroup *group = j->group;

        for (uint32_t i = 0; i < group->tree.leaves; i++) {
                const MlsLeaf *leaf = mls_tree_leaf(&group->tree, i);

                if (leaf && mls_slice_equal(leaf->node.encoded, j->package->leaf_node.encoded)) {
                        group->own_leaf = i;
                        return 0;
                }
        }
        return MLS_UNKNOWN_KEY_PACKAGE;
}

static int take_path_secret(Joining *j)
{
        MlsGroup *group = j->group;
        MlsSecret path_secret, commit_secret;
        E2EE_WIPE(path_secret);
        E2EE_WIPE(commit_secret);

        if (!j->group_secrets.has_path_secret)
                return 0;
        if (j->info.signer == group->own_leaf)
                return MLS_INVALID_PATH;
        memcpy(path_secret.bytes, j->group_secrets.path_secret.data, sizeof(path_secret.bytes));
        return mls_path_derive(&group->tree, tree_common_ancestor(2 * group->own_leaf, 2 * j->info.signer),
                               &path_secret, &group->now.keys, &commit_secret);
}

/* What follows from the RFC for a group that continues another one (sections 11.2 and 11.3). */
static int check_predecessor(const Joining *j)
{
        const MlsGroupContext *context = &j->info.context;
        MlsReInit reinit;

        if (!j->is_continued)
                return j->predecessor ? MLS_WRONG_GROUP : 0;
        if (context->epoch != 1)
                return MLS_WRONG_GROUP;
        if (!j->predecessor) /* somebody's PSK, of a group that the caller does not know here */
                return MLS_UNKNOWN_PSK;
        if (!mls_slice_equal(j->continued.group_id, mls_group_id(j->predecessor)))
                return MLS_WRONG_GROUP;
        if (j->continued.usage == MLS_PSK_FOR_BRANCH)
                return 0; /* version and suite are the only ones there are; who may be in it says
                             check_credential */
        if (!mls_group_reinit(j->predecessor, &reinit) ||
            j->continued.epoch != mls_group_epoch(j->predecessor) ||
            !mls_slice_equal(reinit.group_id, context->group_id) || reinit.version != context->version ||
            reinit.cipher_suite != context->cipher_suite ||
            !mls_slice_equal(reinit.extensions, context->extensions))
                return MLS_WRONG_GROUP;
        return 0;
}

static int derive_epoch(Joining *j)
{
        MlsEpochState *now = &j->group->now;
        MlsHash tag;

        mls_epoch_secrets(&j->joiner, &j->psk_secret, mls_slice_of(&now->context), &now->secrets);
        mls_confirmation_tag(&now->secrets.confirmation,
                             mls_slice(now->confirmed.bytes, now->confirmed_size), &tag);
        if (!mls_hash_equal(&tag, &now->confirmation_tag))
                return MLS_FORGED;
        return mls_epoch_state_finish(now, j->group->tree.leaves);
}

static int join(Joining *j, const MlsWelcome *welcome, MlsSlice tree)
{
        int r;

        r = open_group_secrets(j, welcome);
        if (r == 0)
                r = find_psks(j);
        if (r == 0)
                r = open_group_info(j, welcome->encrypted_group_info);
        if (r == 0)
                r = check_predecessor(j);
        if (r == 0)
                r = mls_group_new(j->info.context.group_id, &j->group);
        if (r == 0)
                r = mls_join_tree(j->group, &j->info, tree, j->policy, j->context);
        if (r == 0)
                r = mls_join_signer(j->group, &j->info);
        if (r == 0)
                r = mls_join_context(j->group, &j->info, j->policy);
        if (r == 0)
                r = find_own_leaf(j);
        if (r != 0)
                return r;
        j->group->inviter = j->info.signer;
        j->group->now.signing_key = j->secrets->signing;
        j->group->now.keys.has[0] = true;
        j->group->now.keys.keys[0] = j->secrets->encryption;
        r = take_path_secret(j);
        return r != 0 ? r : derive_epoch(j);
}

int mls_group_join(MlsSlice welcome, MlsSlice package, const MlsKeyPackageSecrets *secrets, MlsSlice tree,
                   const MlsGroup *predecessor, const MlsPolicy *policy, const E2eeContext *context,
                   MlsGroup **out)
{
        MlsKeyPackage decoded;
        MlsMessage message;
        __attribute__((cleanup(joining_deinit))) Joining joining = {
                        .package = &decoded,
                        .secrets = secrets,
                        .predecessor = predecessor,
                        .policy = policy,
                        .context = context,
        };
        int r;

        *out = NULL;
        r = mls_decode_message(welcome, &message);
        if (r == 0)
                r = mls_decode_key_package(package, &decoded);
        if (r != 0)
                return r;
        if (message.wire_format != MLS_WELCOME)
                return MLS_UNSUPPORTED;
        r = join(&joining, &message.welcome, tree);
        if (r != 0)
                return r;
        *out = joining.group;
        joining.group = NULL;
        return 0;
}
