/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-rejoin.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/inbox-reject.h"
#include "daemon/log.h"
#include "daemon/outbox.h"

enum { ASKED_MAX = 5 };

static void session_freep(GroupSession **session)
{
        group_session_free(*session);
}

/* ---- The question ---- */

static int ask_member(Store *store, const PeerSelf *self, const GroupRecord *record, const GroupMember *member,
                      unsigned *asked)
{
        Content content = {.kind = CONTENT_GROUP_INFO, .sent_ms = clock_now_ms()};
        Contact contact;
        int r;

        r = store_contact_find(store, member->address.name, &contact);
        if (r != 0 || !contact_is_accepted(&contact) || contact.key_changed ||
            !contact_shows_key(&contact, &member->identity_key))
                return r < 0 ? r : 0;
        message_id_new(&content.message_id);
        memcpy(content.group, record->id.bytes, sizeof(content.group));
        (*asked)++;
        r = outbox_queue_content(store, self, &contact, &content);
        return r > 0 ? -EMSGSIZE : r;
}

/*
 * Where the server has split the group, nothing but what people say tells which half is which: who asks for it goes
 * over to the half of whoever answers.
 */
static int lose(Store *store, GroupRecord *record)
{
        int r;

        record->standing = GROUP_STANDING_LOST;
        record->behind = record->has_refused = false;
        r = store_group_commit_delete(store, record->contact);
        return r < 0 ? r : store_group_update(store, record);
}

int group_rejoin_ask(Store *store, const PeerSelf *self, int64_t contact)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(session_freep) GroupSession *session = NULL;
        GroupRecord record;
        GroupMember member;
        unsigned asked = 0;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (record.standing == GROUP_STANDING_MEMBER)
                r = lose(store, &record);
        else if (record.standing != GROUP_STANDING_LOST)
                return PROBLEM_NOT_A_MEMBER;
        if (r == 0)
                r = store_group_load(store, contact, &session);
        for (uint32_t leaf = 0; r == 0 && leaf < group_session_leaf_count(session) && asked < ASKED_MAX; leaf++)
                if (group_session_member_at(session, leaf, &member))
                        r = ask_member(store, self, &record, &member, &asked);
        if (r < 0)
                return r;
        return asked == 0 ? PROBLEM_NOT_A_MEMBER : store_commit(&transaction);
}

/* ---- The answer ---- */

/* Whoever says it is in the group, by the identity key that their session has. */
static bool is_member(const InboxContext *context, const GroupSession *session)
{
        GroupMember member;

        return group_session_find_member(session, context->contact->name, &member) &&
               memcmp(&member.identity_key, &context->identity->signing_key, sizeof(member.identity_key)) == 0;
}

static int answer(const InboxContext *context, const Content *question, const GroupSession *session)
{
        _cleanup_(mls_buffer_deinit) MlsBuffer info = {0};
        Content content = {.kind = CONTENT_GROUP_INFO, .sent_ms = clock_now_ms()};
        const E2eeContext e2ee = clock_e2ee_context();
        int r;

        r = group_session_info(session, &e2ee, &info);
        if (r != 0)
                return r < 0 ? r : 0;
        if (info.size > CONTENT_GROUP_INFO_MAX) {
                log_info("groups", "a group is too large to be described to who wants to come back");
                return 0;
        }
        message_id_new(&content.message_id);
        memcpy(content.group, question->group, sizeof(content.group));
        content.group_info = info.data;
        content.group_info_size = info.size;
        r = outbox_queue_content(context->store, context->self, context->contact, &content);
        return r > 0 ? 0 : r;
}

/* ---- Coming back ---- */

static int come_back(const InboxContext *context, const GroupRecord *record, const Content *content)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        _cleanup_(group_commit_deinit) GroupCommit commit = {0};
        const E2eeContext e2ee = clock_e2ee_context();
        const GroupSelf us = group_self(context->self);
        GroupCommitRow row = {.contact = record->contact, .added = "", .removed = ""};
        bool under_way = false;
        GroupId id;
        int r;

        r = store_group_commit_exists(context->store, record->contact, &under_way);
        if (r < 0 || under_way)
                return r;
        r = group_session_rejoin(&us, mls_slice(content->group_info, content->group_info_size), &e2ee, &session,
                                 &commit);
        if (r < 0)
                return r;
        if (r != 0)
                return inbox_refuse(context->store, group_refusal_name(r));
        id = group_session_id(session);
        if (memcmp(id.bytes, record->id.bytes, sizeof(id.bytes)) != 0 || commit.epoch < record->epoch)
                return inbox_refuse(context->store, "another group than was asked for, or an older state of it");
        row.epoch = commit.epoch;
        row.payload = mls_slice_of(&commit.commit);
        randombytes_buf(row.envelope_id.bytes, sizeof(row.envelope_id.bytes));
        r = store_group_return_set(context->store, record->contact, session);
        return r < 0 ? r : store_group_commit_set(context->store, &row);
}

int group_rejoin_take(const InboxContext *context, const Content *content)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        GroupRecord record;
        GroupId id;
        int r;

        memcpy(id.bytes, content->group, sizeof(id.bytes));
        r = store_group_find(context->store, &id, &record);
        if (r != 0)
                return r < 0 ? r : inbox_refuse(context->store, "about a group that is not known here");
        r = store_group_load(context->store, record.contact, &session);
        if (r < 0)
                return r;
        if (context->unaccepted_key || !is_member(context, session))
                return inbox_refuse(context->store, "about a group, of somebody who is not in it");
        if (!content->group_info)
                return record.standing == GROUP_STANDING_MEMBER ? answer(context, content, session) : 0;
        return record.standing == GROUP_STANDING_LOST ? come_back(context, &record, content) : 0;
}

int group_rejoin_accepted(Store *store, const PeerSelf *self, GroupRecord *record)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        int r;

        r = store_group_return_load(store, record->contact, &session);
        if (r != 0)
                return r;
        record->standing = GROUP_STANDING_MEMBER;
        record->behind = record->has_refused = false;
        r = store_group_save(store, record->contact, session, true);
        if (r == 0)
                r = store_group_held_clear(store, record->contact);
        if (r == 0)
                r = store_group_update(store, record);
        if (r == 0)
                r = group_rejoin_given_up(store, record);
        if (r == 0)
                r = group_note(store, record->contact, MESSAGE_GROUP_JOINED, self->address.name,
                               group_session_settings(session)->name);
        return r;
}

int group_rejoin_given_up(Store *store, const GroupRecord *record)
{
        int r;

        r = store_group_return_delete(store, record->contact);
        return r < 0 ? r : store_group_commit_delete(store, record->contact);
}
