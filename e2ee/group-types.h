/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/content.h"
#include "e2ee/identity.h"
#include "e2ee/mls/codec.h"
#include "e2ee/mls/refusal.h"

/* The words of groups: members, roles, settings, changes, and what happens. */
enum {
        GROUP_ID_SIZE = 16,
        GROUP_REFERENCE_SIZE = 32,
        GROUP_AUTHENTICATOR_SIZE = 32,
        GROUP_NAME_MAX = 128, /* bytes of UTF-8 */
        GROUP_MEMBERS_MAX = 1500,
        GROUP_ADMINS_MAX = 64,
        GROUP_CHANGES_MAX = 192, /* in one commit */
        GROUP_CONTENT_MAX = CONTENT_ENCODED_MAX,
        /* Bytes: what the server takes. With as many members and changes as may be, commit and welcome fit.
         */
        GROUP_PACKAGE_MAX = 1024,
        GROUP_COMMIT_MAX = 256 * 1024,
        GROUP_WELCOME_MAX = 704 * 1024,
        GROUP_MESSAGE_MAX = 1024 * 1024, /* anything that is taken in */
};

#define GROUP_PACKAGE_LIFETIME_MS (UINT64_C(90) * 24 * 3600 * 1000)

typedef struct GroupSession GroupSession;

typedef struct GroupId {
        uint8_t bytes[GROUP_ID_SIZE];
} GroupId;

typedef struct GroupReference { /* by which a welcome names a key package */
        uint8_t bytes[GROUP_REFERENCE_SIZE];
} GroupReference;

/* Beside the MlsRefusals: a number is one or the other. */
typedef enum GroupRefusal {
        GROUP_NOT_ALLOWED = 101,    /* the committer's role does not go so far */
        GROUP_UNKNOWN_MEMBER = 102, /* nobody of that name is in the group */
        GROUP_ALREADY_MEMBER = 103,
        GROUP_LAST_ADMIN = 104,    /* nobody would be left who administers the group */
        GROUP_BAD_NAME = 105,      /* of the group: empty, too long, not UTF-8, control characters */
        GROUP_WRONG_PACKAGE = 106, /* a key package of somebody else */
        GROUP_TOO_MANY = 107,      /* members, administrators or changes */
        GROUP_NOTHING_TO_DO = 108,
        GROUP_BAD_SETTINGS = 109, /* the settings of the group are not well-formed */
} GroupRefusal;

/* A short English name for either kind, for logs and tests; "?" for what is none. */
const char *group_refusal_name(int refusal);

typedef enum GroupRole {
        GROUP_ROLE_MEMBER = 0,
        GROUP_ROLE_ADMIN = 1,
} GroupRole;

/* What all members may do, and not only administrators: bits of GroupSettings.rights. */
typedef enum GroupRight {
        GROUP_RIGHT_ADD = 1,  /* add members */
        GROUP_RIGHT_EDIT = 2, /* rename the group, and set its timer */
} GroupRight;

/* The group's own signed state. All members have the same. */
typedef struct GroupSettings {
        char name[GROUP_NAME_MAX + 1]; /* valid UTF-8 without control characters; not empty */
        uint32_t expires_after_s;      /* as CONTENT_TIMER_CHANGE one to one: 0, messages stay */
        uint32_t rights;
        char admins[GROUP_ADMINS_MAX][ADDRESS_NAME_MAX + 1]; /* in the order of strcmp() */
        size_t admin_count;
} GroupSettings;

/*
 * An account in a group. Its certificate says that the identity key, the name and the device belong to the
 * key by which the member signs. Whether this is the identity key that we know of that name is not for the
 * group to decide: compare it with the contact's, and show it.
 */
typedef struct GroupMember {
        Address address;
        SigningPublicKey identity_key;
        uint64_t renewed_ms; /* when the member got new keys last, by the member's own clock */
        uint32_t leaf;
        GroupRole role;
} GroupMember;

/*
 * A change: one that is wished for (group_session_commit()), or that a commit has made (GroupEvent).
 *
 * kind            wished: what counts                        made: what is set
 * ADD             member: name, identity_key; package        member
 * REMOVE          member: name                               member, as it was
 * LEAVE           not to be wished for: _leave()             member, as it was
 * REPLACE         as ADD: a member with new keys all         member; replaced_identity_key
 * PROMOTE, DEMOTE member: name                               member
 * RENAME          name                                       name
 * SET_TIMER       number: seconds                            number
 * SET_RIGHTS      number: GroupRight                         number
 * RENEW           nothing: ours                              member: the committer
 *
 * An ADD or REPLACE names the identity key that the caller knows of this contact, so that a package of
 * another (GROUP_WRONG_PACKAGE) cannot get in by the server's hand. A REMOVE of an administrator takes the
 * role too. Every commit has a RENEW, as the last one.
 */
typedef enum GroupChangeKind {
        GROUP_ADD = 1,
        GROUP_REMOVE = 2,
        GROUP_LEAVE = 3,
        GROUP_REPLACE = 4,
        GROUP_PROMOTE = 5,
        GROUP_DEMOTE = 6,
        GROUP_RENAME = 7,
        GROUP_SET_TIMER = 8,
        GROUP_SET_RIGHTS = 9,
        GROUP_RENEW = 10,
} GroupChangeKind;

typedef struct GroupChange {
        GroupChangeKind kind;
        GroupMember member;
        SigningPublicKey replaced_identity_key;
        MlsSlice package; /* the caller's; empty where the change was made */
        char name[GROUP_NAME_MAX + 1];
        uint32_t number;
} GroupChange;

typedef enum GroupEventKind {
        GROUP_EVENT_MESSAGE = 1,        /* content is for content_decode() */
        GROUP_EVENT_COMMIT = 2,         /* the group is in the next epoch, by these changes */
        GROUP_EVENT_WANTS_TO_LEAVE = 3, /* the sender does; group_session_wants_commit() */
} GroupEventKind;

typedef struct GroupEvent {
        GroupEventKind kind;
        GroupMember sender;  /* as they were when they sent it; role as it is now */
        uint64_t epoch;      /* of the message; of a commit, the one that it has ended */
        uint32_t generation; /* of a message: the sender's count of messages in this epoch; with epoch and
                                sender it names a message */
        MlsBuffer content;
        GroupChange *changes;
        size_t change_count;
        bool by_us;
        bool removed_us;  /* the session is not active any more */
        bool lost_commit; /* a commit of ours was pending, and this one was first;
                             group_session_wants_rebase() */
} GroupEvent;
