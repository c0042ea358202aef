/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-types.h"
#include "e2ee/peer.h"

/*
 * Groups, as a program uses them: accounts as members, roles, and a name, on top of MLS (e2ee/mls/group.h).
 * docs/protocol-groups.md says what goes over the wire, and why.
 *
 * A GroupSession is all that one member has of a group. Everything but the functions that take it const
 * changes it; after each of them the caller stores the session (group_session_encode_*()) in one transaction
 * with what came out of it, and only then sends what it gave, or acknowledges what it took. A function
 * changes the session completely or not at all.
 *
 * Functions return 0; a negative errno; or a refusal: an MlsRefusal (e2ee/mls/refusal.h) or a GroupRefusal.
 * What was refused has changed nothing. Results are MlsBuffers: on the heap, wiped and released by
 * mls_buffer_deinit(); each result that goes to the server is an MLSMessage, and opaque to it.
 *
 * The life of a change:
 *
 *     commit ──► sent to the server, with the epoch that it was made in ──► first for this epoch? ──► accept
 *       ▲                                                                        │ no
 *       └─────────────── rebase ◄── receive the commit that was first ◄──────────┘
 *
 * The server keeps the order: of all commits for one epoch it takes the first, and everybody receives the
 * group's messages in one order. Whoever receives checks by themselves whether the committer was allowed to.
 */

/* Whose session it is, as with peers. The identity certifies each of our leaf keys. */
typedef PeerSelf GroupSelf;

/*
 * Key packages: by them others add this device while it is away. The public part goes to the server, the
 * secret one into the store, found again by the reference. A one-time package serves for one group: delete
 * it once it has. The last-resort one serves for any number of groups, while it is the published one and for
 * some time beyond.
 */
typedef enum GroupPackageKind {
        GROUP_PACKAGE_ONE_TIME = 1,
        GROUP_PACKAGE_LAST_RESORT = 2,
} GroupPackageKind;

typedef struct GroupPackage {
        GroupReference reference;
        GroupPackageKind kind;
        uint64_t expires_ms;   /* nobody adds us by it from then on */
        MlsBuffer public_part; /* at most GROUP_PACKAGE_MAX bytes */
        MlsBuffer secret_part;
} GroupPackage;

int group_package_make(const GroupSelf *self, GroupPackageKind kind, const E2eeContext *context,
                       GroupPackage *out);
void group_package_deinit(GroupPackage *package);
/*
 * Whose a package is, all signatures and the lifetime checked. Whether this identity key is the contact's is
 * the caller's to know. 0, MLS_EXPIRED, MLS_BAD_CREDENTIAL or another refusal.
 */
int group_package_read(MlsSlice public_part, const E2eeContext *context, GroupMember *out);

/* Finds the secret part of a package of ours. 0, a negative errno, or 1: not here (any more). */
typedef struct GroupPackageSource {
        int (*find)(void *userdata, const GroupReference *reference, MlsBuffer *secret_part);
        void *userdata;
} GroupPackageSource;

/*
 * A new group: we are its only member, and its administrator. The ID is random. 0, GROUP_BAD_NAME, or a
 * negative errno.
 */
int group_session_create(const GroupSelf *self, const char *name, const E2eeContext *context,
                         GroupSession **out);
GroupSession *group_session_free(GroupSession *session); /* NULL */
static inline void group_session_freep(GroupSession **session)
{
        group_session_free(*session);
}

/*
 * Joins by a welcome, which has the ratchet tree in it. The caller compares the group's ID with those that
 * it has: a session for it may only exist if the member was removed there, or has lost track, and is then
 * replaced. Nobody asked us: it is the person who decides whether to stay.
 * MLS_UNKNOWN_KEY_PACKAGE: is not for us, or its package is gone; GROUP_NOT_ALLOWED: the one who welcomes us
 * may not add anybody.
 */
typedef struct GroupJoined {
        GroupReference used; /* the package; to be deleted if it is a one-time one */
        GroupPackageKind kind;
        GroupMember inviter;
} GroupJoined;
int group_session_join(const GroupSelf *self, MlsSlice welcome, const GroupPackageSource *packages,
                       const E2eeContext *context, GroupSession **out, GroupJoined *joined);

/* What there is to know. Strings and slices are good until the session changes. */
GroupId group_session_id(const GroupSession *session);
uint64_t group_session_epoch(const GroupSession *session);
/* False once we were removed: then only late messages can be read. */
bool group_session_is_active(const GroupSession *session);
const GroupSettings *group_session_settings(const GroupSession *session);
/*
 * Members sit at leaves below this count, some of which are nobody's (false). An account is there once at
 * most, and at the same leaf as long as it stays.
 */
uint32_t group_session_leaf_count(const GroupSession *session);
uint32_t group_session_member_count(const GroupSession *session);
bool group_session_member_at(const GroupSession *session, uint32_t leaf, GroupMember *out);
bool group_session_find_member(const GroupSession *session, const char *name, GroupMember *out);
bool group_session_self(const GroupSession *session, GroupMember *out);
/*
 * Members who have the same value in the same epoch have the same group, all of it: for people to compare.
 */
void group_session_authenticator(const GroupSession *session, uint8_t out[static GROUP_AUTHENTICATOR_SIZE]);

/*
 * A message for all members: an encoded Content (e2ee/content.h) of at most GROUP_CONTENT_MAX bytes, padded
 * to a bucket. MLS_COMMIT_FIRST: somebody wants to leave, and has to be let go before anything is sent
 * (group_session_wants_commit()). MLS_NOT_ACTIVE.
 */
int group_session_send(GroupSession *session, MlsSlice content, const E2eeContext *context,
                       MlsBuffer *message);

/*
 * Makes a commit of these changes, at most GROUP_CHANGES_MAX, and of whoever wants to leave. Every commit
 * gives us new keys; one with GROUP_RENEW alone does nothing else. A change that is so already is left out.
 * The commit is pending, and the wish for the changes is kept with it, until one of
 *
 * - group_session_accept(): the server has taken it;
 * - group_session_receive(): of another commit, which was first; then group_session_rebase();
 * - group_session_withdraw(): forget it. Only where it has certainly not reached the server.
 *
 * GROUP_NOT_ALLOWED, GROUP_ALREADY_MEMBER, GROUP_UNKNOWN_MEMBER, GROUP_LAST_ADMIN, GROUP_BAD_NAME,
 * GROUP_WRONG_PACKAGE, GROUP_TOO_MANY, GROUP_NOTHING_TO_DO, MLS_EXPIRED: out->refused is the index of the
 * change that it is about. MLS_COMMIT_PENDING: one at a time. MLS_NOT_ACTIVE. GROUP_UNKNOWN_MEMBER is also
 * where self has another identity key than our leaf: the account was made anew, and has to be replaced.
 */
typedef struct GroupCommit {
        uint64_t epoch;    /* that it is for: what the server is told */
        MlsBuffer commit;  /* for all members but us */
        MlsBuffer welcome; /* for those who are added, all of them the same; empty where nobody is */
        size_t refused;
} GroupCommit;
int group_session_commit(GroupSession *session, const GroupSelf *self, const GroupChange *changes,
                         size_t count, const E2eeContext *context, GroupCommit *out);
void group_commit_deinit(GroupCommit *commit);

/* A commit of ours waits for the server's word. */
bool group_session_has_pending(const GroupSession *session);
/*
 * What that commit will have changed, as the event of its acceptance will say: who is added and who goes is
 * the server's to know. For free(). GROUP_NOTHING_TO_DO: none waits.
 */
int group_session_pending_changes(const GroupSession *session, GroupChange **changes, size_t *count);
/* Changes of ours wait, whose commit was not the first. */
bool group_session_wants_rebase(const GroupSession *session);
/*
 * The same changes once more, in the new epoch: those that are done, have no object any more, or that we are
 * not allowed any more, are left out. GROUP_NOTHING_TO_DO: none is left, and the wish is forgotten. As
 * group_session_commit() otherwise; a package that has expired meanwhile is left out too.
 */
int group_session_rebase(GroupSession *session, const GroupSelf *self, const E2eeContext *context,
                         GroupCommit *out);
/* The pending commit was the first: the group is in its next epoch. event as of the commit. */
int group_session_accept(GroupSession *session, GroupEvent *event);
void group_session_withdraw(GroupSession *session);

/*
 * Leaving: a message to the group, and the next commit of anybody else has us out. An administrator steps
 * down before (a commit with GROUP_DEMOTE of themselves, and a GROUP_PROMOTE of somebody if they are the
 * last): GROUP_LAST_ADMIN or GROUP_NOT_ALLOWED. The only member cannot leave, and needs not:
 * GROUP_NOTHING_TO_DO.
 */
int group_session_leave(GroupSession *session, const E2eeContext *context, MlsBuffer *message);
/*
 * We have said so, and are still in the group. A wish lasts for one epoch only: after a commit without it,
 * group_session_leave() says it again.
 */
bool group_session_is_leaving(const GroupSession *session);
/* Somebody wants to leave: group_session_commit(), of nothing, lets them go. Any other commit does too. */
bool group_session_wants_commit(const GroupSession *session);

/*
 * Takes in a message of the group. event is what came of it; group_event_deinit() releases it. Also our own
 * pending commit, when it comes back or is found in the server's order after a crash: it is accepted.
 *
 * The refusals that need more than counting:
 *
 * - MLS_OWN_MESSAGE: a message of ours came back. Nothing to do.
 * - MLS_REPEATED, MLS_EPOCH_GONE: came before, or too late. A commit that comes again is EPOCH_GONE.
 * - MLS_EPOCH_AHEAD: a commit between is missing: fetch it from the server, then try again.
 * - MLS_UNKNOWN_PROPOSAL: the commit refers to a wish to leave which has not come; likewise.
 * - GroupRefusal: the sender is a member, and did what they may not (or their program is broken).
 *   event->sender is who, so that a person can be told. The group stays in its epoch and takes the next
 * valid commit for it.
 * - MLS_FORGED and the others: nobody in the group said so.
 */
int group_session_receive(GroupSession *session, MlsSlice message, const E2eeContext *context,
                          GroupEvent *event);
void group_event_deinit(GroupEvent *event);

/*
 * Coming back after keys were lost, or after the server has no more of what was missed, without waiting
 * for an administrator. info is made by any member, and reaches who comes back end to end encrypted, because
 * it has the whole list of members in it. The account's name and identity key have to be those of the leaf
 * that is replaced (else an administrator's GROUP_REPLACE is the way): GROUP_UNKNOWN_MEMBER. The session is
 * already in the epoch behind the commit, and is to be thrown away where another commit was first. The
 * commit is a public message, as MLS has it: the server sees who comes back.
 */
int group_session_info(const GroupSession *session, const E2eeContext *context, MlsBuffer *info);
int group_session_rejoin(const GroupSelf *self, MlsSlice info, const E2eeContext *context,
                         GroupSession **out, GroupCommit *commit);

/*
 * The stored form, secret, in two parts. The tree is the large one, some 500 bytes a member, and changes
 * with the epoch alone: it needs to be written only where the epoch is another than the stored one. The
 * state changes with everything. decode: MLS_MALFORMED if they are not such bytes, or do not belong
 * together.
 */
int group_session_encode_tree(const GroupSession *session, MlsBuffer *out);
int group_session_encode_state(const GroupSession *session, MlsBuffer *out);
int group_session_decode(MlsSlice tree, MlsSlice state, const E2eeContext *context, GroupSession **out);

/* Where a message belongs, without any key: as its sender or the server says. MLS_MALFORMED, ... */
typedef struct GroupMessageHeader {
        GroupId group;
        uint64_t epoch;
        bool is_handshake; /* a commit or a wish to leave; else a message with content */
        bool is_commit;
} GroupMessageHeader;
int group_message_peek(MlsSlice message, GroupMessageHeader *out);
