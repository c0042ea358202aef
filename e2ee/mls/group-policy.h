/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-state.h"

/* Rules that need the group, or the application. All: 0, a refusal, or a negative errno. */

/* Section 5.3.1. */
int mls_check_credential(const MlsPolicy *policy, const MlsLeafNode *leaf, const MlsLeafNode *predecessor);

/*
 * Extensions that a group context has, or is to have: well formed, understood by us (policy), supported by
 * every member of the tree, as are the capabilities that they require (section 11.1). before are those that
 * were there: an unchanged list of external senders is not checked again. Linear in the size of the group;
 * only for lists that are new.
 */
int mls_check_context_extensions(const MlsPolicy *policy, const MlsTree *tree, MlsSlice extensions,
                                 MlsSlice before);

/* A leaf that has just come into the tree goes with the extensions and with all others (section 7.3). */
int mls_check_new_leaf(const MlsTree *tree, uint32_t index, MlsSlice extensions);

/* A key package that is to be added (section 10.1), its credential included; at any time. */
int mls_check_add(const MlsPolicy *policy, const MlsKeyPackage *package);

/*
 * One proposal by itself (section 12.1), by whom it comes: for this group in this epoch.
 */
int mls_check_proposal(const MlsGroup *group, const MlsPolicy *policy, const MlsProposal *proposal,
                       MlsSender sender);

/* The key of an external sender (section 12.1.8.1). False: there is no such sender. */
bool mls_external_sender_key(MlsSlice extensions, uint32_t index, SigningPublicKey *out);
