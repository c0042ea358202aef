/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/proposal-list.h"

/* A commit that is being made (RFC 9420 section 12.4.1), by a member or by somebody who joins with it. */
typedef struct MlsCommitBuild {
        MlsGroup *group;
        const MlsPolicy *policy;
        const E2eeContext *context;
        MlsSender committer;   /* of an external commit, the index is found out */
        MlsSlice proposals;    /* content of the vector of ProposalOrRef */
        MlsProposalList *list; /* the same, collected */
        bool with_path;
        const MlsLeafNode *fields;        /* of the new leaf node */
        const SigningSecretKey *leaf_key; /* that signs it */
        const SigningSecretKey *old_key;  /* that signs the commit */
        MlsWireFormat wire_format;
        MlsSlice authenticated_data;
        const MlsSecret *init_secret;
        bool with_group_info, with_tree; /* a group info of the new epoch, for welcomes */

        /* What comes out; holds secrets. */
        MlsBuffer framed;
        Signature signature;
        MlsAuthenticatedContent content; /* slices of the two above, and of the transition */
        MlsPathSecrets path;
        MlsSecret joiner, psk_secret;
        MlsBuffer group_info;
} MlsCommitBuild;

void mls_commit_build_deinit(MlsCommitBuild *build);
/*
 * Fills the transition, which is to be deinited in any case. The group stays as it is. 0, a refusal or
 * negative errno.
 */
int mls_commit_build(MlsCommitBuild *build, MlsTransition *transition);
/* An MLSMessage with a welcome for all that the commit adds. 0, MLS_INVALID_LEAF or negative errno. */
int mls_welcome_build(const MlsCommitBuild *build, MlsBuffer *out);
