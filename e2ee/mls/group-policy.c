/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/group-policy.h"

int mls_check_credential(const MlsPolicy *policy, const MlsLeafNode *leaf, const MlsLeafNode *predecessor)
{
        if (!policy || !policy->check_credential)
                return 0;
        return mls_refuse(policy->check_credential(policy->userdata, leaf, predecessor), MLS_BAD_CREDENTIAL);
}

/* ExternalSender: false at the end of the list. */
static bool next_external_sender(ByteReader *reader, MlsSlice *key, MlsCredential *credential)
{
        if (reader->failed || reader->left == 0)
                return false;
        *key = mls_read_vector(reader);
        mls_read_credential(reader, credential);
        return !reader->failed;
}

bool mls_external_sender_key(MlsSlice extensions, uint32_t index, SigningPublicKey *out)
{
        MlsCredential credential;
        ByteReader outer, reader;
        MlsSlice data, key;

        if (!mls_find_extension(extensions, MLS_EXTENSION_EXTERNAL_SENDERS, &data))
                return false;
        outer = mls_reader(data);
        reader = mls_reader(mls_read_vector(&outer));
        for (uint32_t i = 0; next_external_sender(&reader, &key, &credential); i++) {
                if (i == index)
                        return mls_signing_key_from(key, out);
        }
        return false;
}

static int check_external_senders(const MlsPolicy *policy, MlsSlice data)
{
        ByteReader outer = mls_reader(data), reader = mls_reader(mls_read_vector(&outer));
        MlsCredential credential;
        MlsSlice key;
        int r;

        while (next_external_sender(&reader, &key, &credential)) {
                r = 0;
                if (policy && policy->check_external_sender)
                        r = policy->check_external_sender(policy->userdata, key, &credential);
                if (r != 0)
                        return mls_refuse(r, MLS_BAD_CREDENTIAL);
        }
        return reader_done(&outer) && reader_done(&reader) ? 0 : MLS_MALFORMED;
}

/* Section 13.4: every extension of a group context is understood. */
static bool understood(const MlsPolicy *policy, MlsSlice extensions)
{
        ByteReader reader = mls_reader(extensions);
        MlsExtension extension;

        while (mls_next_extension(&reader, &extension)) {
                if (!mls_extension_is_default(extension.type) &&
                    !(policy && mls_u16_vector_contains(policy->extension_types, extension.type)))
                        return false;
        }
        return true;
}

int mls_check_context_extensions(const MlsPolicy *policy, const MlsTree *tree, MlsSlice extensions,
                                 MlsSlice before)
{
        MlsRequiredCapabilities required = {0};
        MlsSlice data, data_before;
        int r;

        if (!mls_extensions_are_valid(extensions))
                return MLS_MALFORMED;
        if (!understood(policy, extensions))
                return MLS_UNSUPPORTED;
        if (mls_find_extension(extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, &data) &&
            !mls_decode_required_capabilities(data, &required))
                return MLS_MALFORMED;
        if (mls_find_extension(extensions, MLS_EXTENSION_EXTERNAL_SENDERS, &data) &&
            !(mls_find_extension(before, MLS_EXTENSION_EXTERNAL_SENDERS, &data_before) &&
              mls_slice_equal(data, data_before))) {
                r = check_external_senders(policy, data);
                if (r != 0)
                        return r;
        }
        for (uint32_t i = 0; i < tree->leaves; i++) {
                const MlsLeaf *leaf = mls_tree_leaf(tree, i);

                if (leaf && (!mls_leaf_has_required(&leaf->node, &required) ||
                             !mls_leaf_supports_extensions(&leaf->node, extensions)))
                        return MLS_INVALID_PROPOSALS;
        }
        return 0;
}

int mls_check_new_leaf(const MlsTree *tree, uint32_t index, MlsSlice extensions)
{
        const MlsLeafNode *leaf = &mls_tree_leaf(tree, index)->node;
        MlsRequiredCapabilities required = {0};
        MlsSlice data;

        if (mls_find_extension(extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, &data) &&
            !mls_decode_required_capabilities(data, &required))
                return MLS_MALFORMED;
        if (!mls_leaf_has_required(leaf, &required) || !mls_leaf_supports_extensions(leaf, extensions))
                return MLS_INVALID_LEAF;
        return mls_tree_check_leaf(tree, index);
}

int mls_check_add(const MlsPolicy *policy, const MlsKeyPackage *package)
{
        const MlsLeafNode *leaf = &package->leaf_node;
        int r;

        r = mls_check_key_package(package);
        if (r != 0)
                return r;
        if (leaf->not_after < leaf->not_before ||
            (policy && policy->lifetime_max_s > 0 &&
             leaf->not_after - leaf->not_before > policy->lifetime_max_s))
                return MLS_EXPIRED;
        return mls_check_credential(policy, leaf, NULL);
}

/* Section 12.1.2 and 7.3. */
static int check_update(const MlsGroup *group, const MlsPolicy *policy, const MlsLeafNode *leaf,
                        MlsSender sender)
{
        const MlsLeaf *old = mls_tree_leaf(&group->tree, sender.index);
        int r;

        if (sender.type != MLS_SENDER_MEMBER || !old || leaf->source != MLS_LEAF_OF_UPDATE ||
            mls_slice_equal(leaf->encryption_key, old->node.encryption_key))
                return MLS_INVALID_PROPOSAL;
        r = mls_check_leaf_node(leaf);
        if (r == 0)
                r = mls_verify_leaf_node(leaf, mls_slice_of(&group->id), sender.index);
        return r != 0 ? r : mls_check_credential(policy, leaf, &old->node);
}

/* Section 12.1.4. */
static int check_psk(const MlsGroup *group, const MlsPskId *id)
{
        if (id->nonce.size != MLS_HASH_SIZE)
                return MLS_INVALID_PROPOSAL;
        if (id->type == MLS_PSK_RESUMPTION && id->usage != MLS_PSK_FOR_APPLICATION &&
            id->usage != group->successor_usage)
                return MLS_INVALID_PROPOSAL;
        return 0;
}

int mls_check_proposal(const MlsGroup *group, const MlsPolicy *policy, const MlsProposal *proposal,
                       MlsSender sender)
{
        if (sender.type == MLS_SENDER_EXTERNAL && !mls_proposal_may_be_external(proposal->type))
                return MLS_INVALID_PROPOSAL;
        switch (proposal->type) {
        case MLS_PROPOSAL_ADD:
                return mls_check_add(policy, &proposal->add);
        case MLS_PROPOSAL_UPDATE:
                return check_update(group, policy, &proposal->update, sender);
        case MLS_PROPOSAL_REMOVE:
                return mls_tree_leaf(&group->tree, proposal->removed) ? 0 : MLS_INVALID_PROPOSAL;
        case MLS_PROPOSAL_PSK:
                return check_psk(group, &proposal->psk);
        case MLS_PROPOSAL_REINIT:
                if (proposal->reinit.version < MLS_VERSION ||
                    proposal->reinit.group_id.size > MLS_GROUP_ID_MAX)
                        return MLS_INVALID_PROPOSAL;
                return 0;
        case MLS_PROPOSAL_EXTERNAL_INIT:
                return sender.type == MLS_SENDER_NEW_MEMBER_COMMIT ? 0 : MLS_INVALID_PROPOSAL;
        case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
                /* What else there is to check depends on who is in the group after the commit. */
                return proposal->extensions.size <= MLS_CONTEXT_EXTENSIONS_SIZE_MAX ? 0 : MLS_TOO_LARGE;
        }
        return MLS_UNSUPPORTED;
}
