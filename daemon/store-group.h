/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"
#include "daemon/store-outbox.h"
#include "e2ee/group.h"

/* Groups in the store. Each is a conversation: the row of a contact of the same number has its name. */
typedef enum GroupStanding {
        GROUP_STANDING_INVITED, /* a stranger has added us; nobody has said anything to it */
        GROUP_STANDING_MEMBER,
        GROUP_STANDING_LEAVING, /* the wish to leave is on its way */
        GROUP_STANDING_LEFT,
        GROUP_STANDING_REMOVED, /* somebody had us out */
        GROUP_STANDING_LOST,    /* commits are missing that the server does not have either */
} GroupStanding;

/* The names of the bus and of the store. */
const char *group_standing_name(GroupStanding standing);

/* Neither left nor removed, as far as we know. */
static inline bool group_standing_is_in(GroupStanding standing)
{
        return standing != GROUP_STANDING_LEFT && standing != GROUP_STANDING_REMOVED;
}

typedef struct GroupRecord {
        int64_t contact;
        GroupId id;
        GroupStanding standing;
        char inviter[WIRE_USER_NAME_MAX + 1]; /* "": we have made it */
        uint64_t epoch;
        bool behind;      /* the server is to be asked for commits */
        bool has_refused; /* the last commit, which we refused */
        EnvelopeId refused;
} GroupRecord;

enum { STORE_GROUP_NONE = 1 };

/* 0 or STORE_GROUP_NONE. */
int store_group_find(Store *store, const GroupId *id, GroupRecord *out);
int store_group_get(Store *store, int64_t contact, GroupRecord *out);
/* Everything of the record but the epoch, which goes with the session. */
int store_group_update(Store *store, const GroupRecord *record);
/* In order of name; stops at the first result of each() that is not 0, and returns it. */
int store_group_each(Store *store, int (*each)(void *userdata, const GroupRecord *record), void *userdata);
/* The first group that is behind, or STORE_GROUP_NONE. */
int store_group_first_behind(Store *store, GroupRecord *out);
/* How many groups we have been invited to and have not answered. */
int store_group_count_invited(Store *store, uint32_t *out);

/* With its session; record->contact is the number of its conversation. */
int store_group_insert(Store *store, const GroupRecord *record, const GroupSession *session);
/* To be freed by group_session_free(). */
int store_group_load(Store *store, int64_t contact, GroupSession **out);
/* Writes the tree only where the epoch is another one. replace: it is another session of the same group. */
int store_group_save(Store *store, int64_t contact, const GroupSession *session, bool replace);

/* A commit of ours on its way. Slices are the caller's, or good only within each(). */
typedef struct GroupCommitRow {
        int64_t contact;
        GroupId id;
        EnvelopeId envelope_id;
        uint64_t epoch;
        MlsSlice payload, welcome;
        const char *added, *removed; /* user names, a space between them */
        bool has_in_spite_of;
        EnvelopeId in_spite_of;
        bool was_late;
} GroupCommitRow;

int store_group_commit_set(Store *store, const GroupCommitRow *row);
int store_group_commit_delete(Store *store, int64_t contact);
int store_group_commit_set_late(Store *store, int64_t contact);
/* If it was late: it is to be sent again, in spite of what the record says was refused. */
int store_group_commit_again(Store *store, const GroupRecord *record);
/* Whose commit it is; STORE_GROUP_NONE: nobody's (any more). */
int store_group_commit_find(Store *store, const EnvelopeId *id, int64_t *contact_out);
int store_group_commit_exists(Store *store, int64_t contact, bool *out);
/* The first that is not late, given to each(), whose result it returns; or STORE_GROUP_NONE. */
int store_group_commit_first(Store *store, int (*each)(void *userdata, const GroupCommitRow *row), void *userdata);

/* The session with which we come back, behind a commit that is on its way. */
int store_group_return_set(Store *store, int64_t contact, const GroupSession *session);
int store_group_return_load(Store *store, int64_t contact, GroupSession **out); /* 0 or STORE_GROUP_NONE */
int store_group_return_delete(Store *store, int64_t contact);

/* What came too early. Bounded: the oldest go. */
int store_group_hold(Store *store, int64_t contact, const EnvelopeId *id, MlsSlice payload);
/* The first one with a larger number, or STORE_GROUP_NONE. To be freed by mls_buffer_deinit(). */
int store_group_held_after(Store *store, int64_t contact, int64_t after, int64_t *number_out, EnvelopeId *id_out,
                           MlsBuffer *payload_out);
int store_group_held_delete(Store *store, int64_t number);
int store_group_held_clear(Store *store, int64_t contact);

/* The server is to send us nothing more of this group. */
int store_group_goodbye_add(Store *store, const GroupId *id);
int store_group_goodbye_first(Store *store, GroupId *out); /* 0 or STORE_GROUP_NONE */
int store_group_goodbye_delete(Store *store, const GroupId *id);

/*
 * The first entry of the outbox for a group that we may write to and that has no commit under way, given to each(),
 * whose result it returns; or STORE_OUTBOX_NONE. A sealed entry has its envelope, and says that it is for
 * the device STORE_GROUP_DEVICE; the others are sealed when they leave, in the epoch of that time. Who has said
 * that they leave says no more, so then they wait.
 */
enum { STORE_GROUP_DEVICE = 1 };
int store_group_outbox_first(Store *store, int (*each)(void *userdata, const OutboxEntry *entry), void *userdata);
