/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From epoch to epoch, and what is kept of those that are over. */
#include <errno.h>
#include <sodium.h>

#include "e2ee/mls/group-state.h"
#include "e2ee/wipe.h"

void mls_changes_free(MlsChange *changes, size_t count)
{
        for (size_t i = 0; i < count; i++)
                mls_buffer_deinit(&changes[i].leaf_node);
        free(changes);
}

void mls_transition_deinit(MlsTransition *transition)
{
        mls_tree_delta_deinit(&transition->delta);
        mls_epoch_state_deinit(&transition->next);
        mls_changes_free(transition->changes, transition->change_count);
        mls_buffer_deinit(&transition->reinit);
        sodium_memzero(transition, sizeof(*transition));
}

void mls_transition_free(MlsTransition *transition)
{
        if (!transition)
                return;
        mls_transition_deinit(transition);
        free(transition);
}

/* A place where somebody was removed and somebody else added. */
static bool is_another_member(const MlsLeaf *before, const MlsLeaf *after)
{
        return before && after && after->node.source == MLS_LEAF_OF_KEY_PACKAGE &&
               !mls_slice_equal(before->node.encoded, after->node.encoded);
}

static int note_change(MlsTransition *transition, int kind, uint32_t leaf, const MlsLeaf *node)
{
        MlsChange *change = &transition->changes[transition->change_count++];

        change->kind = kind;
        change->leaf = leaf;
        return mls_buffer_init(&change->leaf_node, node->node.encoded);
}

int mls_transition_note_changes(const MlsGroup *group, MlsTransition *transition)
{
        const MlsTreeDelta *delta = &transition->delta;
        int r = 0;

        /* Two for one place at most. */
        transition->changes = calloc(2 * delta->count + 1, sizeof(*transition->changes));
        if (!transition->changes)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < delta->count; i++) {
                uint32_t node = delta->changes[i].node, leaf = node / 2;
                const MlsLeaf *before, *after;

                if (!tree_is_leaf(node))
                        continue;
                before = mls_tree_leaf(&group->tree, leaf);
                after = delta->changes[i].content.leaf;
                if (before && after && !is_another_member(before, after)) {
                        r = note_change(transition, MLS_MEMBER_UPDATED, leaf, after);
                        continue;
                }
                if (before)
                        r = note_change(transition, MLS_MEMBER_REMOVED, leaf, before);
                if (r == 0 && after)
                        r = note_change(transition, MLS_MEMBER_ADDED, leaf, after);
        }
        return r;
}

static void past_epoch_deinit(MlsPastEpoch *past)
{
        mls_buffer_deinit(&past->context);
        mls_secret_tree_deinit(&past->secret_tree);
        for (size_t i = 0; i < past->leaf_count; i++)
                free(past->leaves[i].leaf);
        free(past->leaves);
        sodium_memzero(past, sizeof(*past));
}

static void drop_past(MlsGroup *group, size_t keep)
{
        while (group->past_count > keep)
                past_epoch_deinit(&group->past[--group->past_count]);
}

void mls_group_keep_epochs(MlsGroup *group, unsigned count)
{
        group->past_max = count < MLS_PAST_EPOCHS_MAX ? count : MLS_PAST_EPOCHS_MAX;
        drop_past(group, group->past_max);
}

void mls_group_forget_past(MlsGroup *group)
{
        drop_past(group, 0);
        sodium_memzero(group->psks, sizeof(group->psks));
        group->psk_count = 0;
}

/* The delta has what the tree had before: its leaves go to the epoch that ends. leaves has room for them. */
static void take_leaves(MlsTreeDelta *delta, MlsPastEpoch *past)
{
        for (size_t i = 0; i < delta->count; i++) {
                if (!tree_is_leaf(delta->changes[i].node))
                        continue;
                past->leaves[past->leaf_count].index = delta->changes[i].node / 2;
                past->leaves[past->leaf_count++].leaf = delta->changes[i].content.leaf;
                delta->changes[i].content.any = NULL;
        }
}

static void remember_psk(MlsGroup *group)
{
        size_t keep = group->psk_count < MLS_PAST_PSKS_MAX ? group->psk_count : MLS_PAST_PSKS_MAX - 1;

        memmove(group->psks + 1, group->psks, keep * sizeof(group->psks[0]));
        group->psks[0] = (MlsPastPsk){.epoch = group->now.number, .psk = group->now.secrets.resumption};
        group->psk_count = keep + 1;
}

/* What can still be read of the epoch that ends: its secret tree, and who its members were. */
static void remember_epoch(MlsGroup *group, MlsTransition *transition, MlsPastLeaf *leaves)
{
        MlsPastEpoch past = {.number = group->now.number,
                             .context = group->now.context,
                             .sender_data = group->now.secrets.sender_data,
                             .secret_tree = group->now.secret_tree,
                             .leaves = leaves};

        group->now.context = (MlsBuffer){0};
        group->now.secret_tree = (MlsSecretTree){0};
        take_leaves(&transition->delta, &past);
        if (group->past_max == 0) {
                past_epoch_deinit(&past);
                return;
        }
        drop_past(group, group->past_max - 1);
        memmove(group->past + 1, group->past, group->past_count * sizeof(group->past[0]));
        group->past[0] = past;
        group->past_count++;
        sodium_memzero(&past, sizeof(past));
}

int mls_transition_keep(MlsGroup *group, MlsTransition *transition)
{
        MlsPastLeaf *leaves;

        if (transition->removed_us) {
                group->status = MLS_GROUP_REMOVED;
                mls_group_drop_proposals(group);
                return 0;
        }
        leaves = calloc(transition->delta.count + 1, sizeof(*leaves));
        if (!leaves || mls_tree_exchange(&group->tree, &transition->delta) < 0) {
                free(leaves);
                return -ENOMEM;
        }
        remember_psk(group);
        remember_epoch(group, transition, leaves);
        mls_epoch_state_deinit(&group->now);
        group->now = transition->next;
        sodium_memzero(&transition->next, sizeof(transition->next));
        mls_group_drop_proposals(group);
        if (transition->reinit.size > 0) {
                group->status = MLS_GROUP_REINIT;
                mls_buffer_deinit(&group->reinit);
                group->reinit = transition->reinit;
                transition->reinit = (MlsBuffer){0};
        }
        return 0;
}
