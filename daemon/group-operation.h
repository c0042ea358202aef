/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/group-outbox.h"
#include "daemon/group.h"

/*
 * What a person asks of a group: it takes questions to the server and a commit that is the first for its epoch. One
 * is under way at a time. A commit that is in the store goes on by itself, also after a crash; only who asked is
 * not told any more.
 */
typedef struct GroupOperations GroupOperations;

/* result: 0, a Problem, or a negative errno; about: whom or what it is about, or NULL; contact: the group. */
typedef void (*GroupDone)(void *userdata, int result, const char *about, int64_t contact);

/* The others must outlive it. NULL: no memory. */
GroupOperations *group_operations_new(Store *store, const PeerSelf *self, ServerLink *link);
/* Nobody is told of what is under way. */
GroupOperations *group_operations_free(GroupOperations *operations);

GroupOutbox *group_operations_outbox(GroupOperations *operations);

typedef enum GroupOperationKind {
        GROUP_OPERATION_CREATE, /* name; names are those to be added at once */
        GROUP_OPERATION_ADD,    /* names */
        GROUP_OPERATION_CHANGE, /* changes */
        GROUP_OPERATION_LEAVE,
        GROUP_OPERATION_DELETE, /* everybody else is removed, then we leave */
} GroupOperationKind;

typedef struct GroupRequest {
        GroupOperationKind kind;
        int64_t contact;
        const char *name;
        char **names; /* NULL-terminated */
        const GroupChange *changes; /* at most GROUP_CHANGES_MAX */
        size_t change_count;
} GroupRequest;

/* Everything is copied. Returns 0, and done() follows, never before the return; or a Problem or -ENOMEM, and
 * it does not. */
int group_operations_start(GroupOperations *operations, const GroupRequest *request, GroupDone done, void *userdata);
/* done() with this userdata is not called any more. */
void group_operations_forget(GroupOperations *operations, const void *userdata);

void group_operations_link_changed(GroupOperations *operations);
