/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-step.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/group-problem.h"
#include "daemon/store-event.h"

static void session_freep(GroupSession **session)
{
        group_session_free(*session);
}

/* The group, in which we have to be. */
static int open_group(Store *store, int64_t contact, GroupRecord *record, GroupSession **session)
{
        int r;

        r = store_group_get(store, contact, record);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (record->standing != GROUP_STANDING_MEMBER)
                return PROBLEM_NOT_A_MEMBER;
        return store_group_load(store, contact, session);
}

int group_step_create(Store *store, const PeerSelf *self, const GroupSession *session, int64_t *contact_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        GroupRecord record = {.id = group_session_id(session), .standing = GROUP_STANDING_MEMBER};
        const char *name = group_session_settings(session)->name;
        Contact contact;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = group_add_conversation(store, name, &contact);
        if (r < 0)
                return r;
        record.contact = contact.id;
        r = store_group_insert(store, &record, session);
        if (r == 0)
                r = store_event_add(store, EVENT_GROUP_ADDED, contact.id, 0);
        if (r == 0)
                r = group_note(store, contact.id, MESSAGE_GROUP_CREATED, self->address.name, name);
        if (r < 0)
                return r;
        *contact_out = contact.id;
        return store_commit(&transaction);
}

int group_step_commit(Store *store, const PeerSelf *self, int64_t contact, const GroupChange *changes, size_t count,
                      size_t *refused_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(session_freep) GroupSession *session = NULL;
        _cleanup_(group_commit_deinit) GroupCommit commit = {0};
        const E2eeContext context = clock_e2ee_context();
        const GroupSelf us = group_self(self);
        GroupRecord record;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = open_group(store, contact, &record, &session);
        if (r != 0)
                return r;
        r = group_session_commit(session, &us, changes, count, &context, &commit);
        *refused_out = commit.refused;
        if (r == GROUP_NOTHING_TO_DO)
                return GROUP_STEP_DONE;
        if (r != 0)
                return group_problem(r);
        r = group_queue_commit(store, &record, session, &commit);
        if (r == 0)
                r = store_group_save(store, contact, session, false);
        return r < 0 ? r : store_commit(&transaction);
}

/* ---- Adding ---- */

static int plan_add(Store *store, const GroupSession *session, const Wire__UserKeyPackage *package, GroupChange *out)
{
        const E2eeContext context = clock_e2ee_context();
        const MlsSlice bytes = mls_slice(package->package.data, package->package.len);
        GroupMember there;
        Contact contact;
        int r;

        r = group_package_read(bytes, &context, &out->member);
        if (r != 0)
                return r == MLS_EXPIRED || r < 0 ? group_problem(r) : PROBLEM_NO_KEY_PACKAGE;
        r = store_contact_find(store, package->user_name, &contact);
        if (r < 0)
                return r;
        if (r == 0 && contact.blocked)
                return PROBLEM_BLOCKED;
        if (r == 0 && (contact.key_changed ||
                       (contact.has_identity && !contact_shows_key(&contact, &out->member.identity_key))))
                return PROBLEM_KEY_CHANGED;
        if (strcmp(out->member.address.name, package->user_name) != 0)
                return PROBLEM_KEY_CHANGED;
        out->kind = GROUP_ADD;
        out->package = bytes;
        if (!group_session_find_member(session, package->user_name, &there))
                return 0;
        if (memcmp(&there.identity_key, &out->member.identity_key, sizeof(there.identity_key)) == 0 &&
            there.address.device_id == out->member.address.device_id)
                return PROBLEM_ALREADY_MEMBER;
        out->kind = GROUP_REPLACE;
        return 0;
}

int group_step_plan_adds(Store *store, int64_t contact, const Wire__KeyPackages *packages, GroupChange **changes_out,
                         size_t *count_out, const char **about_out)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        _cleanup_(freep) GroupChange *changes = NULL;
        GroupRecord record;
        int r;

        if (packages->n_missing > 0) {
                *about_out = packages->missing[0];
                return PROBLEM_NO_KEY_PACKAGE;
        }
        r = open_group(store, contact, &record, &session);
        if (r != 0)
                return r;
        changes = calloc(packages->n_packages + 1, sizeof(*changes));
        if (!changes)
                return -ENOMEM;
        for (size_t i = 0; i < packages->n_packages; i++) {
                *about_out = packages->packages[i]->user_name;
                r = plan_add(store, session, packages->packages[i], &changes[i]);
                if (r != 0)
                        return r;
        }
        *about_out = NULL;
        *count_out = packages->n_packages;
        *changes_out = g_steal_pointer(&changes);
        return 0;
}

/* ---- Leaving ---- */

int group_step_leave(Store *store, const PeerSelf *self, int64_t contact, bool *wants_commit_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(session_freep) GroupSession *session = NULL;
        GroupRecord record;
        int r;

        *wants_commit_out = false;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (record.standing == GROUP_STANDING_INVITED)
                record.standing = GROUP_STANDING_MEMBER;
        if (record.standing == GROUP_STANDING_LEFT || record.standing == GROUP_STANDING_REMOVED ||
            record.standing == GROUP_STANDING_LEAVING)
                return PROBLEM_NOT_A_MEMBER;
        r = store_group_load(store, contact, &session);
        if (r < 0)
                return r;
        r = record.standing == GROUP_STANDING_LOST ? GROUP_NOTHING_TO_DO
                                                   : group_queue_leave(store, &record, session);
        if (r == GROUP_NOTHING_TO_DO)
                r = group_end(store, &record, GROUP_STANDING_LEFT);
        if (r == GROUP_NOT_ALLOWED) {
                *wants_commit_out = true;
                return 0;
        }
        if (r != 0)
                return group_problem(r);
        r = store_group_save(store, contact, session, false);
        if (r == 0)
                r = store_group_update(store, &record);
        return r < 0 ? r : store_commit(&transaction);
}

static int end(Store *store, GroupRecord *record)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = group_end(store, record, GROUP_STANDING_LEFT);
        if (r == 0)
                r = store_group_update(store, record);
        return r < 0 ? r : store_commit(&transaction);
}

int group_step_plan_deletion(Store *store, const PeerSelf *self, int64_t contact, GroupChange **changes_out,
                             size_t *count_out)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        _cleanup_(freep) GroupChange *changes = NULL;
        GroupMember member;
        GroupRecord record;
        size_t count = 0;
        int r;

        r = open_group(store, contact, &record, &session);
        if (r != 0)
                return r;
        if (!group_session_self(session, &member) || member.role != GROUP_ROLE_ADMIN)
                return PROBLEM_NOT_AN_ADMIN;
        changes = calloc(GROUP_CHANGES_MAX, sizeof(*changes));
        if (!changes)
                return -ENOMEM;
        for (uint32_t leaf = 0; leaf < group_session_leaf_count(session) && count < GROUP_CHANGES_MAX; leaf++) {
                if (!group_session_member_at(session, leaf, &member) ||
                    strcmp(member.address.name, self->address.name) == 0)
                        continue;
                changes[count++] = (GroupChange){.kind = GROUP_REMOVE, .member = member};
        }
        if (count == 0) {
                r = end(store, &record);
                if (r < 0)
                        return r;
        }
        *count_out = count;
        *changes_out = g_steal_pointer(&changes);
        return 0;
}
