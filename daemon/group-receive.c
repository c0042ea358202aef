/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-receive.h"

#include <errno.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/group-join.h"
#include "daemon/inbox-content.h"
#include "daemon/inbox-reject.h"
#include "daemon/log.h"
#include "daemon/relation.h"
#include "daemon/store-request.h"

typedef struct Taking {
        Store *store;
        const PeerSelf *self;
        GroupRecord record;
        GroupSession *session;
        const char *sender; /* as the server says; NULL: it does not */
        bool was_taken;     /* the last payload was read, or will never be readable: held ones may be now */
} Taking;

static void taking_deinit(Taking *t)
{
        group_session_free(t->session);
}

/* ---- Messages ---- */

/* Somebody known, but by another identity key than the one that is accepted here. */
static bool is_other_key(const Contact *contact, const GroupMember *member)
{
        return contact->key_changed ||
               (contact->has_identity && !contact_shows_key(contact, &member->identity_key));
}

/* A stranger's group, of which nobody has said anything, holds as much as a stranger's request. */
static int has_room(const Taking *t, size_t size, bool *out)
{
        uint32_t messages = 0;
        uint64_t bytes = 0;
        int r = 0;

        if (t->record.standing == GROUP_STANDING_INVITED)
                r = store_request_size(t->store, t->record.contact, &messages, &bytes);
        *out = messages < REQUEST_MESSAGES_MAX && bytes + size <= REQUEST_BYTES_MAX;
        return r;
}

static int take_message(const Taking *t, const GroupEvent *event)
{
        InboxContext context = {.store = t->store, .self = t->self, .sender = event->sender.address.name};
        Contact contact, member;
        bool is_known, room = false;
        int r;

        r = store_contact_get(t->store, t->record.contact, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        r = store_contact_find(t->store, event->sender.address.name, &member);
        if (r < 0)
                return r;
        is_known = r == 0;
        if (t->record.standing == GROUP_STANDING_LEAVING || (is_known && member.blocked))
                return 0;
        r = has_room(t, event->content.size, &room);
        if (r < 0 || !room)
                return r < 0 ? r : inbox_refuse(t->store, "more than a group of strangers may have");
        context.contact = &contact;
        context.unaccepted_key = is_known && is_other_key(&member, &event->sender);
        return inbox_take_content(&context, event->content.data, event->content.size);
}

/* ---- Changes ---- */

/* One member is enough: the first in the tree who stays. Whoever writes next does it, should that one be away. */
static bool is_ours_to_let_go(const Taking *t, const char *leaver)
{
        GroupMember member;

        for (uint32_t leaf = 0; leaf < group_session_leaf_count(t->session); leaf++) {
                if (group_session_member_at(t->session, leaf, &member) &&
                    strcmp(member.address.name, leaver) != 0)
                        return strcmp(member.address.name, t->self->address.name) == 0;
        }
        return false;
}

static int take_event(Taking *t, const GroupEvent *event)
{
        switch (event->kind) {
        case GROUP_EVENT_MESSAGE:
                return take_message(t, event);
        case GROUP_EVENT_COMMIT:
                return group_take_changes(t->store, t->self, &t->record, t->session, event);
        case GROUP_EVENT_WANTS_TO_LEAVE:
                if (!is_ours_to_let_go(t, event->sender.address.name))
                        return 0;
                return group_let_go(t->store, t->self, &t->record, t->session);
        }
        return 0;
}

/* ---- Refusals ---- */

static bool is_commit(MlsSlice payload)
{
        GroupMessageHeader header;

        return group_message_peek(payload, &header) == 0 && header.is_commit;
}

/* The group stays as it is; a commit of ours for the same epoch says in spite of which one it is. */
static int refuse(Taking *t, int refusal, const GroupEvent *event, const EnvelopeId *id, MlsSlice payload)
{
        log_info("groups", "refused what a member did: %s", group_refusal_name(refusal));
        if (is_commit(payload)) {
                t->record.has_refused = true;
                t->record.refused = *id;
        }
        /* The server can send it again and again, and does so where it is asked for commits. */
        return group_note_once(t->store, t->record.contact, MESSAGE_GROUP_REFUSED, event->sender.address.name);
}

/*
 * Nobody who is in the same group as we are has said it. Where the server has split the group, all that the others say
 * is like this; once in a row, so that nobody can flood a history.
 */
static int note_unreadable(const Taking *t)
{
        GroupMember member;

        if (!t->sender || !group_session_find_member(t->session, t->sender, &member))
                return 0;
        return group_note_once(t->store, t->record.contact, MESSAGE_UNREADABLE, t->sender);
}

static int take_refusal(Taking *t, int refusal, const GroupEvent *event, const EnvelopeId *id, MlsSlice payload)
{
        int r;

        switch (refusal) {
        case MLS_OWN_MESSAGE:
        case MLS_REPEATED:
        case MLS_EPOCH_GONE:
        case MLS_NOT_ACTIVE:
                return 0;
        case MLS_EPOCH_AHEAD:
        case MLS_UNKNOWN_PROPOSAL:
                t->was_taken = false;
                return 0;
        default:
                break;
        }
        if (event->sender.address.name[0])
                return refuse(t, refusal, event, id, payload);
        if (is_commit(payload)) { /* nobody in the group has made it: ours goes in its place */
                t->record.has_refused = true;
                t->record.refused = *id;
        }
        r = refusal == MLS_FORGED ? note_unreadable(t) : 0;
        return r < 0 ? r : inbox_refuse(t->store, group_refusal_name(refusal));
}

static int take_payload(Taking *t, const EnvelopeId *id, MlsSlice payload)
{
        _cleanup_(group_event_deinit) GroupEvent event = {0};
        const E2eeContext context = clock_e2ee_context();
        int r;

        t->was_taken = true;
        r = group_session_receive(t->session, payload, &context, &event);
        if (r < 0)
                return r;
        return r == 0 ? take_event(t, &event) : take_refusal(t, r, &event, id, payload);
}

/* ---- What was held ---- */

static int take_held(Taking *t)
{
        int64_t after = 0, number = 0;
        EnvelopeId id;
        int r;

        for (;;) {
                _cleanup_(mls_buffer_deinit) MlsBuffer payload = {0};
                uint64_t epoch = group_session_epoch(t->session);

                r = store_group_held_after(t->store, t->record.contact, after, &number, &id, &payload);
                if (r != 0)
                        return r < 0 ? r : 0;
                r = take_payload(t, &id, mls_slice_of(&payload));
                if (r < 0)
                        return r;
                after = number;
                if (!t->was_taken)
                        continue;
                r = store_group_held_delete(t->store, number);
                if (r < 0)
                        return r;
                if (epoch != group_session_epoch(t->session)) /* one before it may be readable now */
                        after = 0;
        }
}

static int open_group(Taking *t)
{
        return store_group_load(t->store, t->record.contact, &t->session);
}

static int save_group(Taking *t, bool check_held)
{
        int r = 0;

        if (check_held)
                r = take_held(t);
        if (r == 0)
                r = store_group_save(t->store, t->record.contact, t->session, false);
        return r < 0 ? r : store_group_update(t->store, &t->record);
}

/* ---- The ways in ---- */

static int take_of_group(Taking *t, const Wire__Envelope *envelope, MlsSlice payload)
{
        uint64_t epoch;
        EnvelopeId id;
        int r;

        memcpy(id.bytes, envelope->id.data, sizeof(id.bytes));
        r = open_group(t);
        if (r < 0)
                return r;
        epoch = group_session_epoch(t->session);
        t->sender = envelope->sender;
        r = take_payload(t, &id, payload);
        t->sender = NULL;
        if (r < 0)
                return r;
        if (!t->was_taken) {
                t->record.behind = true;
                r = store_group_hold(t->store, t->record.contact, &id, payload);
                if (r < 0)
                        return r;
        }
        return save_group(t, epoch != group_session_epoch(t->session));
}

int group_take_envelope(Store *store, const PeerSelf *self, const Wire__Envelope *envelope, bool expect_repeat)
{
        _cleanup_(taking_deinit) Taking t = {.store = store, .self = self};
        const MlsSlice payload = mls_slice(envelope->payload.data, envelope->payload.len);
        GroupMessageHeader header;
        GroupId id;
        int r;

        memcpy(id.bytes, envelope->group.data, sizeof(id.bytes));
        r = store_group_find(store, &id, &t.record);
        if (r < 0)
                return r;
        if (group_message_peek(payload, &header) != 0)
                return group_join(store, self, &id, r == 0 ? &t.record : NULL, payload, expect_repeat);
        if (r != 0)
                return inbox_refuse(store, "of a group that is not known here");
        if (memcmp(header.group.bytes, id.bytes, sizeof(id.bytes)) != 0)
                return inbox_refuse(store, "of another group than the server says");
        if (!group_standing_is_in(t.record.standing)) /* the server has not heard it yet */
                return 0;
        return take_of_group(&t, envelope, payload);
}

/* ---- Catching up ---- */

/*
 * Whoever can write to the group can send what looks like a commit and is refused. What counts is the last one that the
 * server has taken for our epoch: another one cannot be taken the place of.
 */
static void check_refused(Taking *t, const Wire__GroupCommits *commits)
{
        const Wire__StoredCommit *last = commits->n_commits > 0 ? commits->commits[commits->n_commits - 1] : NULL;

        if (commits->more || !t->record.has_refused)
                return;
        if (commits->epoch <= group_session_epoch(t->session) ||
            (last && memcmp(last->id.data, t->record.refused.bytes, sizeof(t->record.refused.bytes)) != 0))
                t->record.has_refused = false;
}

/*
 * What the server gave is all that there is: if it does not lead to the server's epoch, nobody has what is between.
 * Where it lacks nothing, a commit of ours that was late is made anew, or sent again: in spite of what was refused here.
 */
static int settle(Taking *t, const Wire__GroupCommits *commits)
{
        const bool is_behind = group_session_epoch(t->session) < commits->epoch && !t->record.has_refused;
        int r;

        if (commits->more)
                return 0;
        t->record.behind = false;
        if (!is_behind)
                return store_group_commit_again(t->store, &t->record);
        if (t->record.standing == GROUP_STANDING_LOST) /* said already; and we may be about to come back */
                return 0;
        t->record.standing = GROUP_STANDING_LOST;
        r = store_group_commit_delete(t->store, t->record.contact);
        if (r == 0)
                r = group_note(t->store, t->record.contact, MESSAGE_GROUP_LOST, NULL, NULL);
        return r;
}

int group_take_commits(Store *store, const PeerSelf *self, int64_t contact, const Wire__GroupCommits *commits)
{
        _cleanup_(taking_deinit) Taking t = {.store = store, .self = self};
        EnvelopeId id;
        int r;

        r = store_group_get(store, contact, &t.record);
        if (r != 0)
                return r < 0 ? r : 0;
        r = open_group(&t);
        if (r < 0)
                return r;
        for (size_t i = 0; i < commits->n_commits && group_standing_is_in(t.record.standing); i++) {
                const Wire__StoredCommit *commit = commits->commits[i];

                memcpy(id.bytes, commit->id.data, sizeof(id.bytes));
                t.sender = commit->sender;
                r = take_payload(&t, &id, mls_slice(commit->payload.data, commit->payload.len));
                if (r < 0)
                        return r;
        }
        t.sender = NULL;
        r = take_held(&t);
        check_refused(&t, commits);
        if (r == 0 && t.record.behind && group_standing_is_in(t.record.standing))
                r = settle(&t, commits);
        return r < 0 ? r : save_group(&t, false);
}
