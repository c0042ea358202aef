/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group.h"
#include "e2ee/mls/key-schedule.h"
#include "e2ee/mls/protection.h"
#include "e2ee/mls/treekem.h"
#include "e2ee/mls/welcome.h"

/* What a group is inside. For e2ee/mls/ and its benchmark alone. */

/* All of an epoch but the tree. */
typedef struct MlsEpochState {
        uint64_t number;
        MlsBuffer extensions;
        size_t confirmed_size; /* 0 in epoch 0 */
        MlsHash confirmed;     /* confirmed_transcript_hash */
        MlsHash interim;       /* interim_transcript_hash */
        MlsHash confirmation_tag;
        MlsBuffer context; /* encoded GroupContext */
        MlsEpochSecrets secrets;
        MlsSecretTree secret_tree;
        MlsOwnKeys keys;
        SigningSecretKey signing_key;
} MlsEpochState;

/* From one epoch to the next: drafted while the group stays as it is, then kept or dropped. */
typedef struct MlsTransition {
        MlsTreeDelta delta; /* to be exchanged */
        MlsEpochState next;
        MlsChange *changes;
        size_t change_count;
        bool removed_us;
        MlsBuffer reinit; /* the proposal, encoded */
        MlsHash message;  /* of the commit, if it is ours */
} MlsTransition;

typedef struct MlsCachedProposal {
        MlsHash reference;
        MlsSender sender;
        MlsBuffer bytes; /* encoded Proposal */
        MlsProposal proposal;
} MlsCachedProposal;

typedef struct MlsOwnUpdate { /* an update proposal of ours that somebody may commit */
        DhKeyPair pair;
        SigningSecretKey signing_key;
} MlsOwnUpdate;

typedef struct MlsPastLeaf { /* a leaf that was another in that epoch */
        uint32_t index;
        MlsLeaf *leaf; /* or NULL */
} MlsPastLeaf;

typedef struct MlsPastEpoch {
        uint64_t number;
        MlsBuffer context;
        MlsSecret sender_data;
        MlsSecretTree secret_tree;
        MlsPastLeaf *leaves; /* that changed when it ended; what did not is in later epochs, or in the tree
                              */
        size_t leaf_count;
} MlsPastEpoch;

typedef struct MlsPastPsk {
        uint64_t epoch;
        MlsSecret psk;
} MlsPastPsk;

struct MlsGroup {
        MlsBuffer id;
        MlsGroupStatus status;
        uint32_t own_leaf;
        uint32_t inviter; /* see mls_group_inviter(); not stored */
        MlsTree tree;
        MlsEpochState now;
        MlsCachedProposal *proposals;
        size_t proposal_count, proposals_size;
        MlsOwnUpdate updates[MLS_PENDING_UPDATES_MAX];
        size_t update_count;
        MlsTransition *pending;
        MlsPastEpoch past[MLS_PAST_EPOCHS_MAX]; /* newest first */
        size_t past_count, past_max;
        MlsPastPsk psks[MLS_PAST_PSKS_MAX]; /* newest first */
        size_t psk_count;
        MlsBuffer reinit;            /* the proposal, encoded */
        MlsPskUsage successor_usage; /* while a successor is being created: the PSK that it may have; else 0
                                      */
};

/* A group without a tree. */
int mls_group_new(MlsSlice group_id, MlsGroup **out);

/* epoch-state.c */
void mls_epoch_state_deinit(MlsEpochState *state);
/* Encodes the group context out of the other members and the tree's hash. */
int mls_epoch_state_set_context(MlsEpochState *state, MlsSlice group_id, MlsTree *tree);
/* Secret tree and interim hash, once secrets, confirmed hash and tag are set; wipes the encryption secret.
 */
int mls_epoch_state_finish(MlsEpochState *state, uint32_t leaves);

/* transition.c */
void mls_transition_deinit(MlsTransition *transition);
void mls_transition_free(MlsTransition *transition); /* also from the heap */
/* Puts the group into the next epoch, and empties the transition but for its changes. 0 or -ENOMEM. */
int mls_transition_keep(MlsGroup *group, MlsTransition *transition);
/* All past epochs, and their PSKs. */
void mls_group_forget_past(MlsGroup *group);
/* The changes of a commit, told from the delta, after it was undone. 0 or -ENOMEM. */
int mls_transition_note_changes(const MlsGroup *group, MlsTransition *transition);

/* psk-lookup.c */
/* psk_secret of the proposals of a list, in their order. 0, MLS_UNKNOWN_PSK, or a negative errno. */
int mls_group_psk_secret(const MlsGroup *group, const MlsPolicy *policy, const MlsCommitProposal *proposals,
                         size_t count, MlsSecret *out);
int mls_find_psk(const MlsGroup *group, const MlsPolicy *policy, const MlsPskId *id, MlsBuffer *out);

/* group-info.c */
/* An encoded GroupInfo of an epoch, signed by this leaf. */
int mls_make_group_info(const MlsEpochState *state, const MlsTree *tree_or_none, bool with_external_pub,
                        uint32_t signer, const E2eeContext *context, MlsBuffer *out);

/* group-seal.c */
/*
 * Frames, signs and protects a content of ours, in the current epoch: group ID, epoch and sender are filled
 * in. content_out, if not NULL, gets the AuthenticatedContent. For application data and proposals.
 */
int mls_group_seal(MlsGroup *group, const MlsFramedContent *content, MlsWireFormat wire_format,
                   const E2eeContext *context, MlsBuffer *content_out, MlsBuffer *out);
/* The second half of it: protects what was framed and signed. */
int mls_group_protect(MlsGroup *group, const MlsAuthenticatedContent *content, const E2eeContext *context,
                      MlsBuffer *out);

/* group-commit.c */
typedef struct MlsNonce {
        uint8_t bytes[MLS_HASH_SIZE];
} MlsNonce;
/* A proposal of ours, with what is to be filled in; the nonce has to outlive it. 0 or a refusal. */
int mls_proposal_prepare(const MlsProposal *proposal, const E2eeContext *context, MlsNonce *nonce,
                         MlsProposal *out);

/* Takes over a proposal that has verified. */
int mls_group_cache_proposal(MlsGroup *group, const MlsAuthenticatedContent *content);

/* Refusals of a callback: positive becomes this one. */
static inline int mls_refuse(int r, MlsRefusal refusal)
{
        return r > 0 ? (int)refusal : r;
}
