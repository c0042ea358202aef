/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A group's beginning (RFC 9420 section 11) and what there is to know of it. */
#include <errno.h>
#include <sodium.h>

#include "e2ee/dh.h"
#include "e2ee/mls/group-policy.h"
#include "e2ee/mls/group-state.h"
#include "e2ee/wipe.h"

enum { PAST_EPOCHS_DEFAULT = 3 };

int mls_group_new(MlsSlice group_id, MlsGroup **out)
{
        MlsGroup *group = calloc(1, sizeof(*group));

        *out = NULL;
        if (!group)
                return -ENOMEM;
        group->past_max = PAST_EPOCHS_DEFAULT;
        if (mls_buffer_init(&group->id, group_id) < 0) {
                mls_group_free(group);
                return -ENOMEM;
        }
        *out = group;
        return 0;
}

MlsGroup *mls_group_free(MlsGroup *group)
{
        if (!group)
                return NULL;
        mls_group_drop_commit(group);
        mls_group_drop_proposals(group);
        mls_group_keep_epochs(group, 0);
        mls_epoch_state_deinit(&group->now);
        mls_tree_deinit(&group->tree);
        mls_buffer_deinit(&group->id);
        mls_buffer_deinit(&group->reinit);
        wipe_and_free(group, sizeof(*group));
        return NULL;
}

/* The creator's leaf: as of a key package, since it comes with no update or commit. */
static int make_first_leaf(MlsGroup *group, const MlsClient *client, const E2eeContext *context)
{
        MlsKeyPackageSecrets secrets;
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer encoded = {0};
        MlsKeyPackage package;
        MlsNodeContent content;
        int r;
        E2EE_WIPE(secrets);

        r = mls_key_package_generate(client, context, &secrets, &encoded);
        if (r == 0)
                r = mls_decode_key_package(mls_slice_of(&encoded), &package);
        if (r == 0)
                r = mls_leaf_new(package.leaf_node.encoded, &content.leaf);
        if (r == 0)
                r = mls_tree_set(&group->tree, 0, content);
        if (r != 0)
                return r;
        group->now.keys.has[0] = true;
        group->now.keys.keys[0] = secrets.encryption;
        group->now.signing_key = *client->signing_key;
        return 0;
}

/* Section 11. */
static int begin_epoch_0(MlsGroup *group, const E2eeContext *context)
{
        MlsEpochState *now = &group->now;
        MlsSecret epoch_secret;
        int r;
        E2EE_WIPE(epoch_secret);

        r = mls_epoch_state_set_context(now, mls_slice_of(&group->id), &group->tree);
        if (r != 0)
                return r;
        context->fill(context->userdata, epoch_secret.bytes, sizeof(epoch_secret.bytes));
        mls_epoch_secrets_of(&epoch_secret, &now->secrets);
        mls_confirmation_tag(&now->secrets.confirmation, (MlsSlice){0}, &now->confirmation_tag);
        return mls_epoch_state_finish(now, group->tree.leaves);
}

int mls_group_create(const MlsClient *client, MlsSlice group_id, MlsSlice extensions,
                     const MlsPolicy *policy, const E2eeContext *context, MlsGroup **out)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *group = NULL;
        int r;

        *out = NULL;
        if (group_id.size > MLS_GROUP_ID_MAX || extensions.size > MLS_CONTEXT_EXTENSIONS_SIZE_MAX)
                return MLS_TOO_LARGE;
        if (!mls_extensions_are_valid(extensions))
                return MLS_MALFORMED;
        r = mls_group_new(group_id, &group);
        if (r == 0)
                r = mls_tree_init(&group->tree, context);
        if (r == 0)
                r = mls_buffer_init(&group->now.extensions, extensions);
        if (r == 0)
                r = make_first_leaf(group, client, context);
        if (r == 0)
                r = mls_check_context_extensions(policy, &group->tree, extensions, (MlsSlice){0});
        if (r == 0)
                r = begin_epoch_0(group, context);
        if (r != 0)
                return r;
        *out = group;
        group = NULL;
        return 0;
}

MlsGroupStatus mls_group_status(const MlsGroup *group)
{
        return group->status;
}

MlsSlice mls_group_id(const MlsGroup *group)
{
        return mls_slice_of(&group->id);
}

uint64_t mls_group_epoch(const MlsGroup *group)
{
        return group->now.number;
}

MlsSlice mls_group_extensions(const MlsGroup *group)
{
        return mls_slice_of(&group->now.extensions);
}

MlsSlice mls_group_context(const MlsGroup *group)
{
        return mls_slice_of(&group->now.context);
}

uint32_t mls_group_own_leaf(const MlsGroup *group)
{
        return group->own_leaf;
}

uint32_t mls_group_inviter(const MlsGroup *group)
{
        return group->inviter;
}

uint32_t mls_group_member_count(const MlsGroup *group)
{
        return mls_tree_member_count(&group->tree);
}

uint32_t mls_group_leaf_count(const MlsGroup *group)
{
        return group->tree.leaves;
}

const MlsLeafNode *mls_group_member(const MlsGroup *group, uint32_t leaf)
{
        const MlsLeaf *found = mls_tree_leaf(&group->tree, leaf);

        return found ? &found->node : NULL;
}

bool mls_group_reinit(const MlsGroup *group, MlsReInit *out)
{
        MlsProposal proposal;

        if (mls_decode_proposal(mls_slice_of(&group->reinit), &proposal) != 0)
                return false;
        *out = proposal.reinit;
        return true;
}

void mls_group_epoch_authenticator(const MlsGroup *group, MlsSecret *out)
{
        *out = group->now.secrets.authenticator;
}

int mls_group_export(const MlsGroup *group, MlsSlice label, MlsSlice exporter_context, uint8_t *out,
                     size_t size)
{
        if (size > MLS_EXPORT_MAX)
                return MLS_TOO_LARGE;
        mls_export(&group->now.secrets.exporter, label, exporter_context, out, size);
        return 0;
}

int mls_group_resumption_psk(const MlsGroup *group, uint64_t epoch, MlsSecret *out)
{
        if (epoch == group->now.number) {
                *out = group->now.secrets.resumption;
                return 0;
        }
        for (size_t i = 0; i < group->psk_count; i++) {
                if (group->psks[i].epoch == epoch) {
                        *out = group->psks[i].psk;
                        return 0;
                }
        }
        return MLS_UNKNOWN_PSK;
}

size_t mls_group_proposal_count(const MlsGroup *group)
{
        return group->proposal_count;
}

bool mls_group_proposal(const MlsGroup *group, size_t at, MlsProposal *out, MlsSender *sender)
{
        if (at >= group->proposal_count)
                return false;
        *out = group->proposals[at].proposal;
        *sender = group->proposals[at].sender;
        return true;
}

void mls_group_drop_proposals(MlsGroup *group)
{
        for (size_t i = 0; i < group->proposal_count; i++)
                mls_buffer_deinit(&group->proposals[i].bytes);
        free(group->proposals);
        group->proposals = NULL;
        group->proposal_count = group->proposals_size = 0;
        sodium_memzero(group->updates, sizeof(group->updates));
        group->update_count = 0;
}

bool mls_group_has_pending(const MlsGroup *group)
{
        return group->pending != NULL;
}

bool mls_group_is_pending(const MlsGroup *group, MlsSlice message)
{
        MlsHash hash;

        if (!group->pending)
                return false;
        mls_hash(&message, 1, &hash);
        return mls_hash_equal(&hash, &group->pending->message);
}

MlsSlice mls_group_pending_extensions(const MlsGroup *group)
{
        return group->pending ? mls_slice_of(&group->pending->next.extensions) : (MlsSlice){0};
}

void mls_group_drop_commit(MlsGroup *group)
{
        mls_transition_free(group->pending);
        group->pending = NULL;
}

int mls_group_keep_commit(MlsGroup *group, MlsChange **changes, size_t *count)
{
        MlsTransition *pending = group->pending;
        int r;

        if (!pending)
                return MLS_NOT_ACTIVE;
        r = mls_transition_keep(group, pending);
        if (r != 0)
                return r;
        group->pending = NULL;
        if (changes) {
                *changes = pending->changes;
                *count = pending->change_count;
                pending->changes = NULL;
                pending->change_count = 0;
        }
        mls_transition_free(pending);
        return 0;
}
