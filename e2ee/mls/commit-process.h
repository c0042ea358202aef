/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/proposal-list.h"

/*
 * A verified commit of somebody else (RFC 9420 section 12.4.2). The group is as before, whatever it returns;
 * the transition has the next epoch, or what is left of the attempt, and is to be deinited.
 */
int mls_commit_process(MlsGroup *group, const MlsAuthenticatedContent *content, const MlsPolicy *policy,
                       MlsTransition *transition);

/* What creating and processing have in common. */

/* Asks the application about a commit. */
int mls_commit_ask(const MlsGroup *group, const MlsPolicy *policy, const MlsProposalList *list,
                   MlsSender committer, const MlsLeafNode *leaf, const MlsEpochState *next);
/* The place of who joins by an external commit. */
int mls_commit_external_leaf(MlsTree *tree, uint32_t *leaf);
/* The next epoch begins with what this one has. */
void mls_transition_begin(const MlsGroup *group, MlsTransition *transition);
/* Transcript hash, group context, joiner secret, epoch secrets and confirmation tag of the next epoch. */
int mls_transition_schedule(const MlsGroup *group, MlsTree *tree, const MlsAuthenticatedContent *content,
                            const MlsSecret *init, const MlsSecret *commit_secret,
                            const MlsSecret *psk_secret, MlsTransition *transition, MlsSecret *joiner);
