/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/outbox-result.h"
#include "daemon/store-event.h"
#include "daemon/store-message.h"
#include "daemon/store-outbox.h"
#include "daemon/timer.h"

GroupSelf group_self(const PeerSelf *self)
{
        return (GroupSelf){.address = self->address, .identity = self->identity};
}

/* ---- Names ---- */

/* Whose name it is, other than this contact's: 0 or STORE_CONTACT_NONE. */
static int find_free_name(Store *store, const char *name, int64_t contact, char out[static CONTACT_NAME_MAX + 1])
{
        Contact found;
        int r;

        for (unsigned n = 1;; n++) {
                if (n == 1)
                        snprintf(out, CONTACT_NAME_MAX + 1, "+%s", name);
                else
                        snprintf(out, CONTACT_NAME_MAX + 1, "+%s (%u)", name, n);
                r = store_contact_find(store, out, &found);
                if (r < 0)
                        return r;
                if (r == STORE_CONTACT_NONE || found.id == contact)
                        return 0;
        }
}

int group_add_conversation(Store *store, const char *name, Contact *out)
{
        int r;

        *out = (Contact){.is_group = true, .relation = CONTACT_ACCEPTED, .created_ms = clock_now_ms()};
        r = find_free_name(store, name, 0, out->name);
        return r < 0 ? r : store_contact_insert(store, out);
}

static int rename_conversation(Store *store, int64_t contact, const char *name)
{
        char free_name[CONTACT_NAME_MAX + 1];
        int r;

        r = find_free_name(store, name, contact, free_name);
        return r < 0 ? r : store_contact_rename(store, contact, free_name);
}

int group_find(Store *store, const char *conversation, GroupRecord *out)
{
        Contact contact;
        size_t size = 0;
        GroupId id;
        int r;

        r = store_contact_find(store, conversation, &contact);
        if (r == 0)
                return contact.is_group ? store_group_get(store, contact.id, out) : STORE_GROUP_NONE;
        if (r < 0)
                return r;
        if (conversation[0] != '+' ||
            sodium_hex2bin(id.bytes, sizeof(id.bytes), conversation + 1, strlen(conversation + 1), NULL, &size,
                           NULL) != 0 ||
            size != sizeof(id.bytes))
                return STORE_GROUP_NONE;
        return store_group_find(store, &id, out);
}

bool group_is_invitation(Store *store, const Contact *conversation)
{
        GroupRecord record;

        return conversation->is_group && store_group_get(store, conversation->id, &record) == 0 &&
               record.standing == GROUP_STANDING_INVITED;
}

/* ---- What has happened ---- */

int group_note(Store *store, int64_t contact, MessageKind kind, const char *sender, const char *subject)
{
        const uint64_t now = clock_now_ms();
        Message notice = {
                        .kind = kind,
                        .state = MESSAGE_RECEIVED,
                        .sent_ms = now,
                        .received_ms = now,
                        .sender = sender,
                        .subject = subject,
        };
        int r;

        message_id_new(&notice.id);
        r = store_message_insert(store, contact, &notice);
        if (r != 0)
                return r < 0 ? r : -EEXIST;
        return store_event_add(store, EVENT_GROUP_CHANGED, contact, notice.number);
}

int group_note_once(Store *store, int64_t contact, MessageKind kind, const char *sender)
{
        MessageKind newest;
        int r;

        r = store_message_newest_kind(store, contact, &newest);
        if (r < 0 || (r == 0 && newest == kind))
                return r;
        return group_note(store, contact, kind, sender, NULL);
}

static int note_change(Store *store, int64_t contact, const char *actor, const GroupChange *change)
{
        const char *member = change->member.address.name;

        switch (change->kind) {
        case GROUP_ADD:
                return group_note(store, contact, MESSAGE_MEMBER_ADDED, actor, member);
        case GROUP_REMOVE:
                return group_note(store, contact, MESSAGE_MEMBER_REMOVED, actor, member);
        case GROUP_LEAVE:
                return group_note(store, contact, MESSAGE_MEMBER_LEFT, member, member);
        case GROUP_REPLACE:
                return group_note(store, contact, MESSAGE_MEMBER_REPLACED, actor, member);
        case GROUP_PROMOTE:
                return group_note(store, contact, MESSAGE_MEMBER_PROMOTED, actor, member);
        case GROUP_DEMOTE:
                return group_note(store, contact, MESSAGE_MEMBER_DEMOTED, actor, member);
        case GROUP_RENAME:
                return group_note(store, contact, MESSAGE_GROUP_RENAMED, actor, change->name);
        case GROUP_SET_TIMER:
                return timer_take_group(store, contact, actor, change->number);
        case GROUP_SET_RIGHTS:
        case GROUP_RENEW:
                return store_event_add(store, EVENT_GROUP_CHANGED, contact, 0);
        }
        return 0;
}

static bool says_that_we_left(const GroupEvent *event, const char *us)
{
        for (size_t i = 0; i < event->change_count; i++)
                if (event->changes[i].kind == GROUP_LEAVE && strcmp(event->changes[i].member.address.name, us) == 0)
                        return true;
        return false;
}

/* Our commit was not the first: the same once more, if there is anything left of it to do. */
static int start_anew(Store *store, const PeerSelf *self, const GroupRecord *record, GroupSession *session)
{
        _cleanup_(group_commit_deinit) GroupCommit commit = {0};
        const E2eeContext context = clock_e2ee_context();
        const GroupSelf us = group_self(self);
        int r;

        r = store_group_commit_delete(store, record->contact);
        if (r < 0 || !group_session_wants_rebase(session))
                return r;
        r = group_session_rebase(session, &us, &context, &commit);
        if (r != 0)
                return r < 0 ? r : 0;
        return group_queue_commit(store, record, session, &commit);
}

/* A wish to leave is for one epoch. Whoever was made an administrator meanwhile has to leave as one. */
static int leave_again(Store *store, GroupRecord *record, GroupSession *session)
{
        int r;

        r = group_queue_leave(store, record, session);
        if (r == GROUP_NOTHING_TO_DO) /* nobody else is left */
                return group_end(store, record, GROUP_STANDING_LEFT);
        if (r > 0)
                record->standing = GROUP_STANDING_MEMBER;
        return r < 0 ? r : 0;
}

int group_take_changes(Store *store, const PeerSelf *self, GroupRecord *record, GroupSession *session,
                       const GroupEvent *event)
{
        int r = 0;

        for (size_t i = 0; i < event->change_count; i++) {
                r = note_change(store, record->contact, event->sender.address.name, &event->changes[i]);
                if (r == 0 && event->changes[i].kind == GROUP_RENAME)
                        r = rename_conversation(store, record->contact, event->changes[i].name);
                if (r < 0)
                        return r;
        }
        record->has_refused = false;
        /* What was missing has come after all: a commit that is asked for may come before what it refers to. */
        if (record->standing == GROUP_STANDING_LOST)
                record->standing = group_session_is_leaving(session) ? GROUP_STANDING_LEAVING : GROUP_STANDING_MEMBER;
        if (event->removed_us)
                return group_end(store, record,
                                 says_that_we_left(event, self->address.name) ? GROUP_STANDING_LEFT
                                                                              : GROUP_STANDING_REMOVED);
        if (event->by_us)
                r = store_group_commit_delete(store, record->contact);
        else if (event->lost_commit)
                r = start_anew(store, self, record, session);
        return r == 0 && record->standing == GROUP_STANDING_LEAVING ? leave_again(store, record, session) : r;
}

/* ---- What leaves ---- */

static void list_names(const GroupChange *changes, size_t count, GString *added, GString *removed)
{
        for (size_t i = 0; i < count; i++) {
                const char *name = changes[i].member.address.name;
                GroupChangeKind kind = changes[i].kind;

                if (kind == GROUP_ADD || kind == GROUP_REPLACE)
                        g_string_append_printf(added, "%s%s", added->len ? " " : "", name);
                if (kind == GROUP_REMOVE || kind == GROUP_LEAVE || kind == GROUP_REPLACE)
                        g_string_append_printf(removed, "%s%s", removed->len ? " " : "", name);
        }
}

int group_queue_commit(Store *store, const GroupRecord *record, const GroupSession *session,
                       const GroupCommit *commit)
{
        g_autoptr(GString) added = g_string_new(NULL), removed = g_string_new(NULL);
        _cleanup_(freep) GroupChange *changes = NULL;
        GroupCommitRow row = {
                        .contact = record->contact,
                        .epoch = commit->epoch,
                        .payload = mls_slice_of(&commit->commit),
                        .welcome = mls_slice_of(&commit->welcome),
                        .has_in_spite_of = record->has_refused,
                        .in_spite_of = record->refused,
        };
        size_t count = 0;
        int r;

        r = group_session_pending_changes(session, &changes, &count);
        if (r != 0)
                return r < 0 ? r : -ENOTRECOVERABLE;
        list_names(changes, count, added, removed);
        row.added = added->str;
        row.removed = removed->str;
        randombytes_buf(row.envelope_id.bytes, sizeof(row.envelope_id.bytes));
        return store_group_commit_set(store, &row);
}

int group_let_go(Store *store, const PeerSelf *self, const GroupRecord *record, GroupSession *session)
{
        _cleanup_(group_commit_deinit) GroupCommit commit = {0};
        const E2eeContext context = clock_e2ee_context();
        const GroupSelf us = group_self(self);
        int r;

        r = group_session_commit(session, &us, NULL, 0, &context, &commit);
        if (r != 0) /* a commit is under way already, or somebody was faster */
                return r < 0 ? r : 0;
        return group_queue_commit(store, record, session, &commit);
}

int group_queue_leave(Store *store, GroupRecord *record, GroupSession *session)
{
        _cleanup_(mls_buffer_deinit) MlsBuffer message = {0};
        const E2eeContext context = clock_e2ee_context();
        int64_t number = 0;
        EnvelopeId id;
        int r;

        r = group_session_leave(session, &context, &message);
        if (r != 0)
                return r;
        r = store_outbox_add_content(store, record->contact, (const uint8_t *)"", 0, &number);
        if (r < 0)
                return r;
        randombytes_buf(id.bytes, sizeof(id.bytes));
        record->standing = GROUP_STANDING_LEAVING;
        return store_outbox_set_envelope(store, number, STORE_GROUP_DEVICE, &id, message.data, message.size);
}

int group_end(Store *store, GroupRecord *record, GroupStanding standing)
{
        OutboxEntry entry;
        int r;

        record->standing = standing;
        record->behind = false;
        while ((r = store_outbox_first(store, record->contact, &entry)) == 0) {
                r = outbox_fail(store, &entry, PROBLEM_NOT_A_MEMBER);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = store_group_commit_delete(store, record->contact);
        if (r == 0)
                r = store_group_held_clear(store, record->contact);
        if (r == 0)
                r = store_group_goodbye_add(store, &record->id);
        return r;
}
