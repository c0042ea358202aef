/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creating a welcome (RFC 9420 section 12.4.3.1): one for all new members of a commit. */
#include "e2ee/mls/commit-create.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

/* encrypted_group_info, as the content of its vector. */
static void seal_group_info(const MlsCommitBuild *build, MlsWriter *out)
{
        MlsSecret welcome_secret;
        MlsAeadKey key;
        E2EE_WIPE(welcome_secret);
        E2EE_WIPE(key);

        mls_welcome_secret(&build->joiner, &build->psk_secret, &welcome_secret);
        mls_welcome_key(&welcome_secret, &key);
        mls_write_slice(out, mls_slice_of(&build->group_info));
        mls_write_zeros(out, MLS_AEAD_TAG_SIZE);
        if (out->error == 0)
                mls_aead_seal(&key, (MlsSlice){0}, out->data, out->size - MLS_AEAD_TAG_SIZE, out->data);
}

static void write_psks(MlsWriter *writer, const MlsProposalList *list)
{
        for (size_t i = 0; i < list->count; i++) {
                if (list->items[i].proposal.type == MLS_PROPOSAL_PSK)
                        mls_write_psk_id(writer, &list->items[i].proposal.psk);
        }
}

/* The path secret of the lowest node that is above both the committer and a new member. */
static const MlsSecret *common_secret(const MlsCommitBuild *build, uint32_t leaf)
{
        for (size_t i = 0; i < build->path.count; i++) {
                if (tree_is_below(2 * leaf, build->path.steps[i].copath))
                        return &build->path.secrets[i];
        }
        return NULL;
}

static int write_secrets(const MlsCommitBuild *build, const MlsKeyPackage *package, uint32_t leaf,
                         MlsSlice psks, const HpkeInfo *info, MlsWriter *out)
{
        const MlsSecret *path_secret = build->with_path ? common_secret(build, leaf) : NULL;
        MlsGroupSecrets secrets = {
                        .joiner_secret = mls_secret_slice(&build->joiner),
                        .has_path_secret = path_secret != NULL,
                        .path_secret = path_secret ? mls_secret_slice(path_secret) : (MlsSlice){0},
                        .psks = psks,
        };
        DhPublicKey init_key;
        MlsHash reference;
        MLS_WRITER(encoded);

        mls_write_group_secrets(&encoded, &secrets);
        if (encoded.error != 0)
                return encoded.error;
        mls_key_package_reference(package, &reference);
        mls_write_vector(out, mls_hash_slice(&reference));
        if (!mls_dh_key_from(package->init_key, &init_key))
                return MLS_INVALID_LEAF;
        return mls_encrypt_with_label(&init_key, info, mls_written(&encoded), build->context, out);
}

int mls_welcome_build(const MlsCommitBuild *build, MlsBuffer *out)
{
        const MlsProposalList *list = build->list;
        MlsWelcome welcome = {.cipher_suite = MLS_CIPHER_SUITE};
        size_t at = 0;
        HpkeInfo info;
        MLS_WRITER(group_info);
        MLS_WRITER(psks);
        MLS_WRITER(secrets);
        MLS_WRITER(message);
        int r;

        seal_group_info(build, &group_info);
        write_psks(&psks, list);
        if (group_info.error != 0 || psks.error != 0)
                return group_info.error != 0 ? group_info.error : psks.error;
        mls_encrypt_context(MLS_LABEL_WELCOME, mls_written(&group_info), &info);
        for (size_t i = 0; i < list->count; i++) {
                if (list->items[i].proposal.type != MLS_PROPOSAL_ADD)
                        continue;
                r = write_secrets(build, &list->items[i].proposal.add, list->added.nodes[at++],
                                  mls_written(&psks), &info, &secrets);
                if (r != 0)
                        return r;
        }
        if (secrets.error != 0)
                return secrets.error;
        welcome.secrets = mls_written(&secrets);
        welcome.encrypted_group_info = mls_written(&group_info);
        mls_write_u16(&message, MLS_VERSION);
        mls_write_u16(&message, MLS_WELCOME);
        mls_write_welcome(&message, &welcome);
        return mls_writer_finish(&message, out);
}
