/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-operation.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/group-problem.h"
#include "daemon/group-step.h"
#include "daemon/log.h"
#include "wire/limits.h"

enum { OPERATIONS_MAX = 32 };

typedef struct Operation {
        GroupOperationKind kind;
        int64_t contact;
        char *name;
        char **names;
        GroupChange *changes;
        size_t change_count;
        GroupSession *session; /* of a group that is being made */
        GroupDone done;        /* NULL: nobody wants to know */
        void *userdata;
} Operation;

struct GroupOperations {
        Store *store;
        const PeerSelf *self;
        ServerLink *link;
        GroupOutbox *outbox;
        GQueue waiting;
        Operation *current;
        bool asks;    /* the current one waits for an answer of the server, which a lost connection ends */
        bool commits; /* it waits for its commit to be settled */
        guint idle;
};

static void begin(GroupOperations *operations);

static Operation *operation_free(Operation *operation)
{
        if (!operation)
                return NULL;
        g_free(operation->name);
        g_strfreev(operation->names);
        g_free(operation->changes);
        group_session_free(operation->session);
        g_free(operation);
        return NULL;
}

static gboolean on_idle(gpointer userdata)
{
        GroupOperations *operations = userdata;

        operations->idle = 0;
        begin(operations);
        return G_SOURCE_REMOVE;
}

static void begin_soon(GroupOperations *operations)
{
        if (!operations->idle && !operations->current && !g_queue_is_empty(&operations->waiting))
                operations->idle = g_idle_add(on_idle, operations);
}

static void finish(GroupOperations *operations, int result, const char *about)
{
        Operation *operation = g_steal_pointer(&operations->current);

        operations->asks = operations->commits = false;
        if (operation->done)
                operation->done(operation->userdata, result, about, operation->contact);
        operation_free(operation);
        begin_soon(operations);
}

/* ---- Commits ---- */

static const char *name_of_change(const GroupChange *changes, size_t count, size_t index)
{
        return index < count && changes[index].member.address.name[0] ? changes[index].member.address.name : NULL;
}

static void commit_changes(GroupOperations *operations, const GroupChange *changes, size_t count)
{
        size_t refused = 0;
        int r;

        r = group_step_commit(operations->store, operations->self, operations->current->contact, changes, count,
                              &refused);
        if (r == GROUP_STEP_DONE) {
                finish(operations, 0, NULL);
        } else if (r != 0) {
                finish(operations, r, name_of_change(changes, count, refused));
        } else {
                operations->commits = true;
                group_outbox_pump(operations->outbox);
        }
}

static void delete_next(GroupOperations *operations)
{
        _cleanup_(freep) GroupChange *changes = NULL;
        size_t count = 0;
        int r;

        r = group_step_plan_deletion(operations->store, operations->self, operations->current->contact, &changes,
                                     &count);
        if (r != 0 || count == 0) {
                finish(operations, r, NULL);
                group_outbox_pump(operations->outbox);
                return;
        }
        commit_changes(operations, changes, count);
}

static void leave(GroupOperations *operations)
{
        const GroupChange step_down = {.kind = GROUP_DEMOTE, .member.address = operations->self->address};
        bool wants_commit = false;
        int r;

        r = group_step_leave(operations->store, operations->self, operations->current->contact, &wants_commit);
        if (r == 0 && wants_commit) {
                commit_changes(operations, &step_down, 1);
                return;
        }
        finish(operations, r, NULL);
        group_outbox_pump(operations->outbox);
}

/* The commit is in the group, or it is known why not. */
static void on_settled(void *userdata, int64_t contact, Problem result)
{
        GroupOperations *operations = userdata;

        if (!operations->current || !operations->commits || operations->current->contact != contact)
                return;
        operations->commits = false;
        if (result != PROBLEM_NONE)
                finish(operations, (int)result, NULL);
        else if (operations->current->kind == GROUP_OPERATION_DELETE)
                delete_next(operations);
        else if (operations->current->kind == GROUP_OPERATION_LEAVE)
                leave(operations);
        else
                finish(operations, 0, NULL);
}

static void on_changed(void *userdata)
{
        GroupOperations *operations = userdata;

        group_outbox_pump(operations->outbox);
}

static const GroupOutboxHandler outbox_handler = {
                .settled = on_settled,
                .changed = on_changed,
};

/* ---- Adding ---- */

static bool on_packages(void *userdata, const Wire__ServerFrame *frame)
{
        _cleanup_(freep) GroupChange *changes = NULL;
        GroupOperations *operations = userdata;
        const char *about = NULL;
        size_t count = 0;
        int r;

        operations->asks = false;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                r = (int)problem_from_wire(frame->error->code);
        else if (frame->body_case != WIRE__SERVER_FRAME__BODY_KEY_PACKAGES)
                r = PROBLEM_FAILED;
        else
                r = group_step_plan_adds(operations->store, operations->current->contact, frame->key_packages,
                                         &changes, &count, &about);
        if (r != 0)
                finish(operations, r, about);
        else
                commit_changes(operations, changes, count);
        return true;
}

static void ask_for_packages(GroupOperations *operations)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__TakeKeyPackages body = WIRE__TAKE_KEY_PACKAGES__INIT;
        int r;

        body.user_names = operations->current->names;
        body.n_user_names = g_strv_length(operations->current->names);
        frame.body_case = WIRE__CLIENT_FRAME__BODY_TAKE_KEY_PACKAGES;
        frame.take_key_packages = &body;
        operations->asks = true;
        r = server_link_send(operations->link, &frame, on_packages, operations);
        if (r < 0)
                finish(operations, r == -ENOTCONN ? PROBLEM_SERVER_UNREACHABLE : r, NULL);
}

/* ---- Making a group ---- */

static bool on_created(void *userdata, const Wire__ServerFrame *frame)
{
        GroupOperations *operations = userdata;
        Operation *operation = operations->current;
        int r;

        operations->asks = false;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_DONE)
                r = group_step_create(operations->store, operations->self, operation->session, &operation->contact);
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                r = (int)problem_from_wire(frame->error->code);
        else
                r = PROBLEM_FAILED;
        if (r != 0 || !operation->names[0])
                finish(operations, r, NULL);
        else
                ask_for_packages(operations);
        return true;
}

static void create(GroupOperations *operations)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__CreateGroup body = WIRE__CREATE_GROUP__INIT;
        const E2eeContext context = clock_e2ee_context();
        const GroupSelf us = group_self(operations->self);
        GroupId id;
        int r;

        r = group_session_create(&us, operations->current->name, &context, &operations->current->session);
        if (r != 0) {
                finish(operations, group_problem(r), NULL);
                return;
        }
        id = group_session_id(operations->current->session);
        body.group = (ProtobufCBinaryData){sizeof(id.bytes), id.bytes};
        frame.body_case = WIRE__CLIENT_FRAME__BODY_CREATE_GROUP;
        frame.create_group = &body;
        operations->asks = true;
        r = server_link_send(operations->link, &frame, on_created, operations);
        if (r < 0)
                finish(operations, r == -ENOTCONN ? PROBLEM_SERVER_UNREACHABLE : r, NULL);
}

/* ---- From outside ---- */

static void begin(GroupOperations *operations)
{
        if (operations->current)
                return;
        operations->current = g_queue_pop_head(&operations->waiting);
        if (!operations->current)
                return;
        switch (operations->current->kind) {
        case GROUP_OPERATION_CREATE:
                create(operations);
                break;
        case GROUP_OPERATION_ADD:
                ask_for_packages(operations);
                break;
        case GROUP_OPERATION_CHANGE:
                commit_changes(operations, operations->current->changes, operations->current->change_count);
                break;
        case GROUP_OPERATION_LEAVE:
                leave(operations);
                break;
        case GROUP_OPERATION_DELETE:
                delete_next(operations);
                break;
        }
}

int group_operations_start(GroupOperations *operations, const GroupRequest *request, GroupDone done, void *userdata)
{
        Operation *operation;

        if (server_link_state(operations->link) != LINK_ONLINE && request->kind != GROUP_OPERATION_LEAVE)
                return PROBLEM_SERVER_UNREACHABLE;
        if (g_queue_get_length(&operations->waiting) >= OPERATIONS_MAX)
                return PROBLEM_TOO_MANY_CALLS;
        operation = g_new0(Operation, 1);
        operation->kind = request->kind;
        operation->contact = request->contact;
        operation->name = g_strdup(request->name);
        operation->names = g_strdupv(request->names);
        operation->changes = g_memdup2(request->changes, request->change_count * sizeof(*request->changes));
        operation->change_count = request->change_count;
        operation->done = done;
        operation->userdata = userdata;
        g_queue_push_tail(&operations->waiting, operation);
        begin_soon(operations);
        return 0;
}

void group_operations_forget(GroupOperations *operations, const void *userdata)
{
        if (operations->current && operations->current->userdata == userdata)
                operations->current->done = NULL;
        for (GList *l = operations->waiting.head; l; l = l->next) {
                Operation *operation = l->data;

                if (operation->userdata == userdata)
                        operation->done = NULL;
        }
}

void group_operations_link_changed(GroupOperations *operations)
{
        group_outbox_link_changed(operations->outbox);
        if (server_link_state(operations->link) != LINK_ONLINE && operations->asks)
                finish(operations, PROBLEM_SERVER_UNREACHABLE, NULL);
}

GroupOutbox *group_operations_outbox(GroupOperations *operations)
{
        return operations->outbox;
}

GroupOperations *group_operations_new(Store *store, const PeerSelf *self, ServerLink *link)
{
        GroupOperations *operations = calloc(1, sizeof(*operations));

        if (!operations)
                return NULL;
        operations->store = store;
        operations->self = self;
        operations->link = link;
        g_queue_init(&operations->waiting);
        operations->outbox = group_outbox_new(store, self, link, &outbox_handler, operations);
        return operations->outbox ? operations : group_operations_free(operations);
}

static void free_waiting(gpointer operation)
{
        operation_free(operation);
}

GroupOperations *group_operations_free(GroupOperations *operations)
{
        if (!operations)
                return NULL;
        if (operations->idle)
                g_source_remove(operations->idle);
        operation_free(operations->current);
        g_queue_clear_full(&operations->waiting, free_waiting);
        group_outbox_free(operations->outbox);
        free(operations);
        return NULL;
}
