/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-state.h"

/* The proposals of one commit (RFC 9420 sections 12.2 and 12.3). */
typedef struct MlsProposalList {
        MlsCommitProposal *items;
        size_t count, capacity;
        NodeList added; /* leaf indices of new members, increasing; set by applying */
} MlsProposalList;

void mls_proposal_list_deinit(MlsProposalList *list);
int mls_proposal_list_add(MlsProposalList *list, const MlsProposal *proposal, MlsSender sender,
                          bool by_reference);

/* What a commit says, its references looked up. 0, MLS_UNKNOWN_PROPOSAL, MLS_INVALID_PROPOSALS or -ENOMEM.
 */
int mls_proposal_list_collect(MlsProposalList *list, const MlsGroup *group, const MlsCommit *commit,
                              MlsSender committer);
/*
 * Adds those that have come and may be committed together with those that are in the list already: removals
 * before updates of the same leaf, the newest update, no update of the committer, a ReInit only by itself
 * (section 12.2).
 */
int mls_proposal_list_add_cached(MlsProposalList *list, const MlsGroup *group, const MlsPolicy *policy);
/* Writes the ProposalOrRef vector of a commit. */
void mls_proposal_list_write(MlsWriter *writer, const MlsProposalList *list, const MlsGroup *group);

/* Section 12.2, as far as it can be said before they are applied. */
int mls_proposal_list_check(const MlsProposalList *list, const MlsGroup *group, const MlsPolicy *policy,
                            MlsSender committer);
/*
 * Section 12.3: changes the group's tree, which is being recorded, and the extensions of the next epoch; and
 * then checks the leaves that have come or changed.
 */
int mls_proposal_list_apply(MlsProposalList *list, MlsGroup *group, const MlsPolicy *policy,
                            MlsEpochState *next);
bool mls_proposal_list_requires_path(const MlsProposalList *list);
const MlsProposal *mls_proposal_list_find(const MlsProposalList *list,
                                          MlsProposalType type); /* the first, or NULL */
