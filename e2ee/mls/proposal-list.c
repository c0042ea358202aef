/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/proposal-list.h"

#include <errno.h>

#include "e2ee/mls/group-policy.h"

void mls_proposal_list_deinit(MlsProposalList *list)
{
        free(list->items);
        node_list_deinit(&list->added);
        *list = (MlsProposalList){0};
}

int mls_proposal_list_add(MlsProposalList *list, const MlsProposal *proposal, MlsSender sender,
                          bool by_reference)
{
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 4;
        MlsCommitProposal *items;

        if (list->count == list->capacity) {
                items = realloc(list->items, capacity * sizeof(*items));
                if (!items)
                        return -ENOMEM;
                list->items = items;
                list->capacity = capacity;
        }
        list->items[list->count++] = (MlsCommitProposal){
                        .proposal = *proposal, .sender = sender, .by_reference = by_reference};
        return 0;
}

static const MlsCachedProposal *find_cached(const MlsGroup *group, MlsSlice reference)
{
        for (size_t i = 0; i < group->proposal_count; i++) {
                if (mls_slice_equal(mls_hash_slice(&group->proposals[i].reference), reference))
                        return &group->proposals[i];
        }
        return NULL;
}

int mls_proposal_list_collect(MlsProposalList *list, const MlsGroup *group, const MlsCommit *commit,
                              MlsSender committer)
{
        ByteReader reader = mls_reader(commit->proposals);
        const MlsCachedProposal *cached;
        MlsProposalOrRef item;
        int r = 0;

        while (r == 0 && reader.left > 0) {
                mls_read_proposal_or_ref(&reader, &item);
                if (!item.is_reference) {
                        r = mls_proposal_list_add(list, &item.proposal, committer, false);
                        continue;
                }
                /* Section 12.4.3.2: who joins cannot know what was proposed inside. */
                if (committer.type != MLS_SENDER_MEMBER)
                        return MLS_INVALID_PROPOSALS;
                cached = find_cached(group, item.reference);
                if (!cached)
                        return MLS_UNKNOWN_PROPOSAL;
                r = mls_proposal_list_add(list, &cached->proposal, cached->sender, true);
        }
        return r;
}

const MlsProposal *mls_proposal_list_find(const MlsProposalList *list, MlsProposalType type)
{
        for (size_t i = 0; i < list->count; i++) {
                if (list->items[i].proposal.type == type)
                        return &list->items[i].proposal;
        }
        return NULL;
}

bool mls_proposal_list_requires_path(const MlsProposalList *list)
{
        for (size_t i = 0; i < list->count; i++) {
                if (mls_proposal_requires_path(list->items[i].proposal.type))
                        return true;
        }
        return list->count == 0;
}

static size_t count_type(const MlsProposalList *list, MlsProposalType type)
{
        size_t count = 0;

        for (size_t i = 0; i < list->count; i++)
                count += list->items[i].proposal.type == type;
        return count;
}

static bool same_psk(const MlsPskId *a, const MlsPskId *b)
{
        return a->type == b->type && mls_slice_equal(a->id, b->id) && a->usage == b->usage &&
               mls_slice_equal(a->group_id, b->group_id) && a->epoch == b->epoch &&
               mls_slice_equal(a->nonce, b->nonce);
}

static int check_psks(const MlsProposalList *list)
{
        if (count_type(list, MLS_PROPOSAL_PSK) > MLS_PSKS_MAX)
                return MLS_TOO_LARGE;
        for (size_t i = 0; i < list->count; i++) {
                if (list->items[i].proposal.type != MLS_PROPOSAL_PSK)
                        continue;
                for (size_t j = 0; j < i; j++) {
                        if (list->items[j].proposal.type == MLS_PROPOSAL_PSK &&
                            same_psk(&list->items[i].proposal.psk, &list->items[j].proposal.psk))
                                return MLS_INVALID_PROPOSALS;
                }
        }
        return 0;
}

/* No leaf is updated or removed twice, and the committer's not at all. */
static int check_leaves(const MlsProposalList *list, const MlsGroup *group, MlsSender committer)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer touched = {0};

        touched.data = calloc(group->tree.leaves, 1);
        if (!touched.data)
                return -ENOMEM;
        touched.size = group->tree.leaves;
        if (committer.type == MLS_SENDER_MEMBER)
                touched.data[committer.index] = 1;
        for (size_t i = 0; i < list->count; i++) {
                const MlsCommitProposal *item = &list->items[i];
                uint32_t leaf;

                if (item->proposal.type == MLS_PROPOSAL_UPDATE)
                        leaf = item->sender.index;
                else if (item->proposal.type == MLS_PROPOSAL_REMOVE)
                        leaf = item->proposal.removed;
                else
                        continue;
                if (leaf >= group->tree.leaves || touched.data[leaf])
                        return MLS_INVALID_PROPOSALS;
                touched.data[leaf] = 1;
        }
        return 0;
}

static int check_external_list(const MlsProposalList *list)
{
        size_t psks = count_type(list, MLS_PROPOSAL_PSK), removes = count_type(list, MLS_PROPOSAL_REMOVE);

        if (count_type(list, MLS_PROPOSAL_EXTERNAL_INIT) != 1 || removes > 1 ||
            1 + removes + psks != list->count)
                return MLS_INVALID_PROPOSALS;
        return 0;
}

int mls_proposal_list_check(const MlsProposalList *list, const MlsGroup *group, const MlsPolicy *policy,
                            MlsSender committer)
{
        int r = 0;

        if (committer.type == MLS_SENDER_NEW_MEMBER_COMMIT)
                r = check_external_list(list);
        else if (count_type(list, MLS_PROPOSAL_EXTERNAL_INIT) > 0 ||
                 count_type(list, MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) > 1 ||
                 (count_type(list, MLS_PROPOSAL_REINIT) > 0 && list->count > 1))
                r = MLS_INVALID_PROPOSALS;
        if (r == 0)
                r = check_leaves(list, group, committer);
        if (r == 0)
                r = check_psks(list);
        for (size_t i = 0; r == 0 && i < list->count; i++)
                r = mls_check_proposal(group, policy, &list->items[i].proposal, list->items[i].sender);
        return r;
}

/* The order of section 12.3. */
static int apply_to_tree(MlsProposalList *list, MlsTree *tree)
{
        uint32_t leaf;
        int r = 0;

        for (size_t i = 0; r == 0 && i < list->count; i++) {
                if (list->items[i].proposal.type == MLS_PROPOSAL_UPDATE)
                        r = mls_tree_update(tree, list->items[i].sender.index,
                                            list->items[i].proposal.update.encoded);
        }
        for (size_t i = 0; r == 0 && i < list->count; i++) {
                if (list->items[i].proposal.type == MLS_PROPOSAL_REMOVE)
                        r = mls_tree_remove(tree, list->items[i].proposal.removed);
        }
        for (size_t i = 0; r == 0 && i < list->count; i++) {
                if (list->items[i].proposal.type != MLS_PROPOSAL_ADD)
                        continue;
                r = mls_tree_add(tree, list->items[i].proposal.add.leaf_node.encoded, &leaf);
                if (r == 0)
                        r = node_list_add(&list->added, leaf);
        }
        return r;
}

int mls_proposal_list_apply(MlsProposalList *list, MlsGroup *group, const MlsPolicy *policy,
                            MlsEpochState *next)
{
        const MlsProposal *extensions = mls_proposal_list_find(list, MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);
        MlsSlice now;
        int r;

        r = mls_buffer_init(&next->extensions,
                            extensions ? extensions->extensions : mls_slice_of(&group->now.extensions));
        if (r == 0)
                r = apply_to_tree(list, &group->tree);
        if (r != 0)
                return r;
        now = mls_slice_of(&next->extensions);
        if (extensions) {
                r = mls_check_context_extensions(policy, &group->tree, now,
                                                 mls_slice_of(&group->now.extensions));
                if (r != 0)
                        return r;
        }
        for (size_t i = 0; r == 0 && i < list->added.count; i++)
                r = mls_check_new_leaf(&group->tree, list->added.nodes[i], now);
        for (size_t i = 0; r == 0 && i < list->count; i++) {
                if (list->items[i].proposal.type == MLS_PROPOSAL_UPDATE)
                        r = mls_check_new_leaf(&group->tree, list->items[i].sender.index, now);
        }
        return r;
}
