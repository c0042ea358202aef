/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposals that came by themselves, and which of them go into a commit of ours (RFC 9420 section 12.2). */
#include <errno.h>

#include "e2ee/mls/group-policy.h"
#include "e2ee/mls/proposal-list.h"

int mls_group_cache_proposal(MlsGroup *group, const MlsAuthenticatedContent *content)
{
        MlsSlice encoded = content->content.proposal.encoded;
        MlsCachedProposal *grown, *entry;
        MlsHash reference;

        mls_proposal_reference(content, &reference);
        for (size_t i = 0; i < group->proposal_count; i++) {
                if (mls_hash_equal(&group->proposals[i].reference, &reference))
                        return 0; /* has come before */
        }
        if (group->proposal_count >= MLS_CACHED_PROPOSALS_MAX ||
            encoded.size > MLS_CACHED_PROPOSALS_SIZE_MAX - group->proposals_size)
                return MLS_TOO_LARGE;
        grown = realloc(group->proposals, (group->proposal_count + 1) * sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        group->proposals = grown;
        entry = &grown[group->proposal_count];
        *entry = (MlsCachedProposal){.reference = reference, .sender = content->content.sender};
        if (mls_buffer_init(&entry->bytes, encoded) < 0)
                return -ENOMEM;
        /* It was decoded once, so it can be again. */
        if (mls_decode_proposal(mls_slice_of(&entry->bytes), &entry->proposal) != 0)
                abort();
        group->proposal_count++;
        group->proposals_size += encoded.size;
        return 0;
}

/* Of a leaf: whether something that is preferred to this update stands in the list, or came later. */
static bool is_outdone(const MlsProposalList *list, const MlsGroup *group, size_t at)
{
        const MlsCachedProposal *update = &group->proposals[at];

        for (size_t i = 0; i < list->count; i++) {
                if (list->items[i].proposal.type == MLS_PROPOSAL_REMOVE &&
                    list->items[i].proposal.removed == update->sender.index)
                        return true;
        }
        for (size_t i = 0; i < group->proposal_count; i++) {
                const MlsCachedProposal *other = &group->proposals[i];

                if (other->proposal.type == MLS_PROPOSAL_REMOVE &&
                    other->proposal.removed == update->sender.index)
                        return true;
                if (i > at && other->proposal.type == MLS_PROPOSAL_UPDATE &&
                    other->sender.index == update->sender.index)
                        return true;
        }
        return false;
}

static bool is_in_list(const MlsProposalList *list, const MlsProposal *proposal)
{
        for (size_t i = 0; i < list->count; i++) {
                const MlsProposal *other = &list->items[i].proposal;

                if (other->type != proposal->type)
                        continue;
                if (proposal->type == MLS_PROPOSAL_REMOVE && other->removed == proposal->removed)
                        return true;
                if (proposal->type == MLS_PROPOSAL_ADD &&
                    mls_slice_equal(other->add.leaf_node.signature_key,
                                    proposal->add.leaf_node.signature_key))
                        return true;
                if (proposal->type == MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS ||
                    mls_slice_equal(other->encoded, proposal->encoded))
                        return true;
        }
        return false;
}

static bool is_wanted(const MlsProposalList *list, const MlsGroup *group, size_t at)
{
        const MlsCachedProposal *cached = &group->proposals[at];
        const MlsProposal *proposal = &cached->proposal;

        if (proposal->type == MLS_PROPOSAL_EXTERNAL_INIT || proposal->type == MLS_PROPOSAL_REINIT ||
            is_in_list(list, proposal))
                return false;
        if (proposal->type == MLS_PROPOSAL_REMOVE)
                return proposal->removed != group->own_leaf;
        if (proposal->type == MLS_PROPOSAL_UPDATE)
                return cached->sender.index != group->own_leaf && !is_outdone(list, group, at);
        return true;
}

int mls_proposal_list_add_cached(MlsProposalList *list, const MlsGroup *group, const MlsPolicy *policy)
{
        int r;

        if (mls_proposal_list_find(list, MLS_PROPOSAL_REINIT))
                return 0;
        for (size_t i = 0; i < group->proposal_count; i++) {
                const MlsCachedProposal *cached = &group->proposals[i];

                if (!is_wanted(list, group, i) ||
                    mls_check_proposal(group, policy, &cached->proposal, cached->sender) != 0)
                        continue;
                r = mls_proposal_list_add(list, &cached->proposal, cached->sender, true);
                if (r != 0)
                        return r;
        }
        /* Nothing else is wanted: then a ReInit has its turn. */
        for (size_t i = 0; list->count == 0 && i < group->proposal_count; i++) {
                const MlsCachedProposal *cached = &group->proposals[i];

                if (cached->proposal.type != MLS_PROPOSAL_REINIT)
                        continue;
                r = mls_proposal_list_add(list, &cached->proposal, cached->sender, true);
                if (r != 0)
                        return r;
        }
        return 0;
}

void mls_proposal_list_write(MlsWriter *writer, const MlsProposalList *list, const MlsGroup *group)
{
        size_t begin = mls_begin_vector(writer);

        for (size_t i = 0; i < list->count; i++) {
                MlsProposalOrRef item = {.is_reference = list->items[i].by_reference,
                                         .proposal = list->items[i].proposal};

                for (size_t j = 0; item.is_reference && j < group->proposal_count; j++) {
                        /* Proposals of the cache are told by where their bytes are. */
                        if (group->proposals[j].proposal.encoded.data == item.proposal.encoded.data)
                                item.reference = mls_hash_slice(&group->proposals[j].reference);
                }
                mls_write_proposal_or_ref(writer, &item);
        }
        mls_end_vector(writer, begin);
}
