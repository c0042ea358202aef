/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/framing.h"
#include "e2ee/mls/limits.h"
#include "e2ee/mls/psk.h"

/*
 * A group as one of its members has it (RFC 9420), cipher suite 3.
 *
 * An MlsGroup is the whole state: the ratchet tree, this member's keys, the secrets of the epoch and of some
 * past ones, proposals that have come, and at most one commit of ours that the delivery service has not
 * confirmed yet. mls_group_encode() makes bytes of it. Functions change it completely or not at all. After
 * each of them that changes it (those that take an MlsGroup that is not const), the caller stores it, and
 * only then lets the result out or acknowledges the input: a key that is used twice, because an old state
 * came back, would be a disaster.
 *
 * All functions return 0, a negative errno, or a refusal (e2ee/mls/refusal.h). Results are MlsBuffers, which
 * the caller releases with mls_buffer_deinit(); slices point into the group, and are good until it changes.
 *
 * Randomness and time come by E2eeContext. What MLS leaves to the application comes by MlsPolicy.
 */
typedef struct MlsGroup MlsGroup;

/*
 * A proposal in a commit. Of an update, proposal->update is what the sender's leaf becomes; who is removed
 * still stands in the group as it is before the commit.
 */
typedef struct MlsCommitProposal {
        MlsProposal proposal;
        MlsSender sender;
        bool by_reference;
} MlsCommitProposal;

typedef struct MlsCommitView {
        const MlsGroup *group;        /* as it is before the commit */
        MlsSenderType committer_type; /* MLS_SENDER_MEMBER, or MLS_SENDER_NEW_MEMBER_COMMIT for an external
                                         join */
        uint32_t committer;           /* leaf index; of an external join where it will be */
        const MlsLeafNode *leaf;      /* the committer's new one; NULL if the commit has no path */
        const MlsCommitProposal *proposals;
        size_t proposal_count;
        MlsSlice extensions; /* of the group context, after the commit */
} MlsCommitView;

/*
 * The application's part. Members that are NULL or zero: not asked, no limit. All members of a group have to
 * decide alike, or it falls apart. Callbacks return 0, a negative errno, or anything positive for no.
 */
typedef struct MlsPolicy {
        void *userdata;
        /*
         * Section 5.3.1: this leaf's credential belongs to its signature key, and is somebody who may be in
         * a group. predecessor is the leaf that it replaces (an update, a commit, an external rejoin), or
         * NULL for somebody new. Called for every leaf of a group that is joined.
         */
        int (*check_credential)(void *userdata, const MlsLeafNode *leaf, const MlsLeafNode *predecessor);
        /* A credential of the external_senders extension, when it is set or has changed. */
        int (*check_external_sender)(void *userdata, MlsSlice signature_key,
                                     const MlsCredential *credential);
        /* Whether to accept a proposal for a later commit. For our own, too. */
        int (*check_proposal)(void *userdata, const MlsGroup *group, const MlsProposal *proposal,
                              MlsSender sender);
        /*
         * Whether the committer may make these changes (section 12.2). For our own commits, too. The same
         * client twice is, to this library, the same signature key twice, which it refuses by itself; an
         * application for which a client is more than that looks here.
         */
        int (*check_commit)(void *userdata, const MlsCommitView *commit);
        /*
         * A PSK of the application, or the resumption PSK of another group or of an epoch that this one has
         * forgotten (mls_group_resumption_psk()). Positive: not here.
         */
        int (*find_psk)(void *userdata, const MlsPskId *id, MlsBuffer *out);
        /* Non-default extension types that the application understands in a group context: u16 each. */
        MlsSlice extension_types;
        /* Longest lifetime of a key package that may be added, in seconds (section 7.2). */
        uint64_t lifetime_max_s;
} MlsPolicy;

typedef enum MlsGroupStatus {
        MLS_GROUP_ACTIVE = 0,
        MLS_GROUP_REMOVED = 1, /* we are not in it any more: only late messages can be read */
        MLS_GROUP_REINIT = 2,  /* its successor is to be created, mls_group_create_successor() */
} MlsGroupStatus;

/*
 * A new group with one member (section 11). extensions is the content of the list for the group context. The
 * group ID should be random.
 */
int mls_group_create(const MlsClient *client, MlsSlice group_id, MlsSlice extensions,
                     const MlsPolicy *policy, const E2eeContext *context, MlsGroup **out);
MlsGroup *mls_group_free(MlsGroup *group); /* NULL */
static inline void mls_group_freep(MlsGroup **group)
{
        mls_group_free(*group);
}

/* How many past epochs' messages can still be read: 3 unless set, MLS_PAST_EPOCHS_MAX at most. */
void mls_group_keep_epochs(MlsGroup *group, unsigned count);

/* What there is to know of it. */
MlsGroupStatus mls_group_status(const MlsGroup *group);
MlsSlice mls_group_id(const MlsGroup *group);
uint64_t mls_group_epoch(const MlsGroup *group);
MlsSlice mls_group_extensions(const MlsGroup *group);
MlsSlice mls_group_context(const MlsGroup *group); /* the encoded GroupContext */
uint32_t mls_group_own_leaf(const MlsGroup *group);
uint32_t mls_group_member_count(const MlsGroup *group);
/* Leaf indices are below this; some of them are nobody's. */
uint32_t mls_group_leaf_count(const MlsGroup *group);
const MlsLeafNode *mls_group_member(const MlsGroup *group, uint32_t leaf); /* NULL: nobody */
/* The ReInit that was committed; MLS_GROUP_REINIT only. False: there is none. */
bool mls_group_reinit(const MlsGroup *group, MlsReInit *out);

/* Section 8.7: the same for all members that have the same view of the group. */
void mls_group_epoch_authenticator(const MlsGroup *group, MlsSecret *out);
/* Section 8.5. size: at most MLS_EXPORT_MAX, else MLS_TOO_LARGE. */
int mls_group_export(const MlsGroup *group, MlsSlice label, MlsSlice exporter_context, uint8_t *out,
                     size_t size);
/* Section 8.6: of the current or a past epoch; MLS_UNKNOWN_PSK if it is not kept. */
int mls_group_resumption_psk(const MlsGroup *group, uint64_t epoch, MlsSecret *out);

/*
 * Encrypts application data (section 6.3), padded to a bucket. authenticated_data goes with it in the clear,
 * and is signed. MLS_COMMIT_FIRST where there are proposals that nobody has committed yet. out is an
 * MLSMessage.
 */
int mls_group_send(MlsGroup *group, MlsSlice data, MlsSlice authenticated_data, const E2eeContext *context,
                   MlsBuffer *out);

/* What a commit did to one leaf. */
typedef struct MlsChange {
        enum { MLS_MEMBER_ADDED = 1, MLS_MEMBER_UPDATED = 2, MLS_MEMBER_REMOVED = 3 } kind;
        uint32_t leaf;
        MlsBuffer leaf_node; /* encoded: the new one; of who is removed the old one */
} MlsChange;

typedef struct MlsReceived {
        MlsBuffer content_bytes;
        MlsAuthenticatedContent content; /* verified; slices of content_bytes */
        MlsBuffer sender_leaf_bytes; /* the member who sent it, as in the epoch of the message; else empty */
        uint32_t generation;         /* of a private message: its place in its sender's ratchet of the epoch */
        MlsHash proposal_reference;  /* of a proposal */
        MlsChange *changes;          /* of a commit */
        size_t change_count;
        bool removed_us, reinit; /* of a commit: what the group's status has become */
} MlsReceived;

/*
 * Takes in an MLSMessage that carries application data, a proposal or a commit: content.content.type tells
 * which. A proposal is kept until the epoch ends. With a commit the group is in the next epoch, and a commit
 * of ours that was pending is dropped, with the proposals.
 *
 * MLS_OWN_MESSAGE: one of our own came back; see mls_group_is_pending(). MLS_EPOCH_AHEAD: to be tried again
 * once the commit before it has come.
 */
int mls_group_receive(MlsGroup *group, MlsSlice message, const MlsPolicy *policy, const E2eeContext *context,
                      MlsReceived *out);
void mls_received_deinit(MlsReceived *received);

/*
 * Proposals for somebody else's commit, or for a later one of ours. Of an update, only the type counts, and
 * client, if not NULL, is what the leaf is to say from then on. Of a PSK, the nonce is filled in. out is an
 * MLSMessage.
 */
int mls_group_propose(MlsGroup *group, const MlsProposal *proposal, const MlsClient *client,
                      MlsWireFormat wire_format, const MlsPolicy *policy, const E2eeContext *context,
                      MlsBuffer *out);
size_t mls_group_proposal_count(const MlsGroup *group); /* that wait for a commit */
/* One of them, by its place below that count; false beyond. */
bool mls_group_proposal(const MlsGroup *group, size_t at, MlsProposal *out, MlsSender *sender);
void mls_group_drop_proposals(MlsGroup *group);         /* forgets them */

typedef struct MlsCommitOptions {
        const MlsProposal *proposals; /* by value; none is an update */
        size_t proposal_count;
        bool without_received;     /* leave out the proposals that have come by themselves */
        bool without_path;         /* where it may be left out: no new keys, but smaller and cheaper */
        bool without_tree;         /* the welcome comes without the tree, which is handed over otherwise */
        MlsWireFormat wire_format; /* 0 is private */
        MlsSlice authenticated_data;
        const MlsClient *client; /* what our leaf is to say from now on; NULL: as before */
} MlsCommitOptions;

typedef struct MlsCommitResult {
        MlsBuffer commit;  /* an MLSMessage for the group */
        MlsBuffer welcome; /* an MLSMessage for all that are added; empty if nobody is */
} MlsCommitResult;
void mls_commit_result_deinit(MlsCommitResult *result);

/*
 * Makes a commit (section 12.4.1): of the proposals that are handed in, and those that have come and go
 * together with them; by default with an update path. Without any proposal it renews our keys. The group
 * stays in its epoch until mls_group_keep_commit(), which follows when the delivery service has taken it; or
 * until somebody else's commit is received. One can be pending.
 */
int mls_group_commit(MlsGroup *group, const MlsCommitOptions *options, const MlsPolicy *policy,
                     const E2eeContext *context, MlsCommitResult *out);
bool mls_group_has_pending(const MlsGroup *group);
/* This message is the pending commit. */
bool mls_group_is_pending(const MlsGroup *group, MlsSlice message);
/* The group context's extensions, as they will be; empty if none is pending. */
MlsSlice mls_group_pending_extensions(const MlsGroup *group);
/* changes may be NULL; else as MlsReceived has them, for mls_changes_free(). */
int mls_group_keep_commit(MlsGroup *group, MlsChange **changes, size_t *count);
void mls_group_drop_commit(MlsGroup *group);
void mls_changes_free(MlsChange *changes, size_t count);

/*
 * Joins by a welcome (section 12.4.3.1). package is the encoded KeyPackage that was published, secrets what
 * belongs to it. tree is the ratchet_tree if it is not in the welcome, else empty. predecessor is the group
 * that this one continues or branches from, if the caller expects that, else NULL. MLS_UNKNOWN_KEY_PACKAGE:
 * for another one.
 *
 * The caller has to know that the group ID is new to it (mls_group_id()), and deletes the secrets, unless
 * they are the last-resort ones.
 */
int mls_group_join(MlsSlice welcome, MlsSlice package, const MlsKeyPackageSecrets *secrets, MlsSlice tree,
                   const MlsGroup *predecessor, const MlsPolicy *policy, const E2eeContext *context,
                   MlsGroup **out);

/* Right after it: the leaf of who made the welcome. It is not stored with the group. */
uint32_t mls_group_inviter(const MlsGroup *group);

/* An MLSMessage with a GroupInfo (section 12.4.3), and with it what outsiders need to join by themselves. */
int mls_group_info(const MlsGroup *group, bool with_tree, const E2eeContext *context, MlsBuffer *out);
/* The ratchet_tree extension (section 12.4.3.3): for welcomes and group infos that come without. */
int mls_group_ratchet_tree(const MlsGroup *group, MlsBuffer *out);
/*
 * Joins by an external commit (section 12.4.3.2), into which PSKs may go. replaced is our old leaf index in
 * the group, or UINT32_MAX. The new group is in the epoch of the commit, which must not be used before the
 * delivery service has taken it.
 */
typedef struct MlsExternalJoin {
        MlsSlice group_info; /* an MLSMessage */
        MlsSlice tree;       /* if it is not in the group info */
        uint32_t replaced;
        const MlsProposal *psks; /* of type PSK */
        size_t psk_count;
        MlsSlice authenticated_data;
} MlsExternalJoin;
int mls_group_join_external(const MlsExternalJoin *join, const MlsClient *client, const MlsPolicy *policy,
                            const E2eeContext *context, MlsGroup **out, MlsBuffer *commit);

/*
 * Proposals from outside (section 12.1.8): with the index of an external sender; or, with UINT32_MAX, of an
 * add by who wants to be added. group_info is an MLSMessage of the group. out is an MLSMessage.
 */
int mls_propose_from_outside(MlsSlice group_info, uint32_t sender, const MlsProposal *proposal,
                             const SigningSecretKey *key, MlsBuffer *out);

/*
 * The first two epochs of a group that continues this one after its ReInit (section 11.2), or that branches
 * from it (section 11.3): a group of its own, into which all members whose key packages are given are added,
 * and which is bound to this one by its resumption PSK. group_id and extensions are of meaning for branches.
 * The commit is kept already: nobody else is in the group who could have been first. result->commit is
 * empty.
 */
int mls_group_create_successor(const MlsGroup *group, MlsPskUsage usage, const MlsClient *client,
                               MlsSlice group_id, MlsSlice extensions, const MlsProposal *adds,
                               size_t add_count, const MlsPolicy *policy, const E2eeContext *context,
                               MlsGroup **out, MlsCommitResult *result);

/*
 * The stored form, in two parts. The tree is the large one, some 400 bytes a member, and the same for all
 * members: it changes with the epoch only, so the caller may leave what it has where
 * mls_group_tree_version() is as before. The state has all secrets, and changes with each message.
 */
int mls_group_encode_tree(const MlsGroup *group, MlsBuffer *out);
int mls_group_encode_state(const MlsGroup *group, MlsBuffer *out);
static inline uint64_t mls_group_tree_version(const MlsGroup *group)
{
        return mls_group_epoch(group);
}
/* MLS_MALFORMED if they are not such bytes, or do not belong together. */
int mls_group_decode(MlsSlice tree, MlsSlice state, const E2eeContext *context, MlsGroup **out);
