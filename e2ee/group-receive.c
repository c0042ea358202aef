/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes from the group, and what goes to it that is no commit. */
#include <errno.h>

#include "e2ee/group-rules.h"

int group_session_send(GroupSession *session, MlsSlice content, const E2eeContext *context,
                       MlsBuffer *message)
{
        *message = (MlsBuffer){0};
        if (content.size > GROUP_CONTENT_MAX)
                return MLS_TOO_LARGE;
        return mls_group_send(session->mls, content, (MlsSlice){0}, context, message);
}

int group_session_leave(GroupSession *session, const E2eeContext *context, MlsBuffer *message)
{
        __attribute__((cleanup(group_rules_deinit))) GroupRules rules;
        MlsProposal proposal = {.type = MLS_PROPOSAL_REMOVE, .removed = mls_group_own_leaf(session->mls)};
        GroupMember us;
        int r;

        *message = (MlsBuffer){0};
        group_rules_init(&rules);
        if (!group_session_is_active(session))
                return MLS_NOT_ACTIVE;
        if (!group_session_self(session, &us))
                return MLS_BAD_CREDENTIAL;
        if (group_session_member_count(session) == 1)
                return GROUP_NOTHING_TO_DO;
        if (us.role == GROUP_ROLE_ADMIN)
                return session->settings.admin_count == 1 ? GROUP_LAST_ADMIN : GROUP_NOT_ALLOWED;
        r = mls_group_propose(session->mls, &proposal, NULL, MLS_PRIVATE_MESSAGE, &rules.policy, context,
                              message);
        if (r == 0)
                session->is_leaving = true;
        return group_rules_refusal(&rules, r);
}

bool group_session_is_leaving(const GroupSession *session)
{
        return session->is_leaving && group_session_is_active(session);
}

bool group_session_wants_commit(const GroupSession *session)
{
        MlsProposal proposal;
        MlsSender sender;

        if (!group_session_is_active(session))
                return false;
        for (size_t i = 0; mls_group_proposal(session->mls, i, &proposal, &sender); i++) {
                if (sender.index != mls_group_own_leaf(session->mls))
                        return true;
        }
        return false;
}

/* Where those sit whom the commit let in, and what their roles are now. */
static void locate(const GroupSession *session, GroupChange *changes, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                GroupMember *member = &changes[i].member;

                if (changes[i].kind == GROUP_ADD || changes[i].kind == GROUP_REPLACE ||
                    changes[i].kind == GROUP_PROMOTE || changes[i].kind == GROUP_DEMOTE)
                        group_session_find_member(session, member->address.name, member);
        }
}

int group_session_pending_changes(const GroupSession *session, GroupChange **changes, size_t *count)
{
        if (!group_session_has_pending(session))
                return GROUP_NOTHING_TO_DO;
        return group_changes_read(mls_slice_of(&session->pending_changes), changes, count);
}

int group_session_accept(GroupSession *session, GroupEvent *event)
{
        GroupChange *changes;
        size_t count;
        uint64_t epoch = group_session_epoch(session);
        int r;

        *event = (GroupEvent){0};
        if (!group_session_has_pending(session))
                return GROUP_NOTHING_TO_DO;
        r = group_changes_read(mls_slice_of(&session->pending_changes), &changes, &count);
        if (r != 0)
                return r;
        r = mls_group_keep_commit(session->mls, NULL, NULL);
        if (r != 0) {
                free(changes);
                return r;
        }
        group_session_forget_wish(session);
        group_session_refresh(session);
        locate(session, changes, count);
        *event = (GroupEvent){.kind = GROUP_EVENT_COMMIT,
                              .epoch = epoch,
                              .changes = changes,
                              .change_count = count,
                              .by_us = true};
        group_session_self(session, &event->sender);
        return 0;
}

static int take_message(const GroupSession *session, const MlsReceived *received, GroupEvent *event)
{
        MlsLeafNode leaf;
        int r;

        event->kind = GROUP_EVENT_MESSAGE;
        r = mls_decode_leaf_node(mls_slice_of(&received->sender_leaf_bytes), &leaf);
        if (r == 0)
                r = group_member_of(&leaf, received->content.content.sender.index, &session->settings,
                                    &event->sender);
        return r != 0 ? r : mls_buffer_init(&event->content, received->content.content.application_data);
}

/* The group is in its next epoch; the rules have noted what has changed. */
static void take_commit(GroupSession *session, GroupRules *rules, const MlsReceived *received,
                        bool had_pending, GroupEvent *event)
{
        event->kind = GROUP_EVENT_COMMIT;
        event->sender = rules->actor;
        event->changes = rules->changes;
        event->change_count = rules->change_count;
        event->removed_us = received->removed_us;
        rules->changes = NULL;
        mls_buffer_deinit(&session->pending_changes);
        if (event->removed_us) {
                group_session_forget_wish(session);
                return;
        }
        event->lost_commit = had_pending;
        group_session_refresh(session);
        locate(session, event->changes, event->change_count);
}

static int take(GroupSession *session, GroupRules *rules, const MlsReceived *received, bool had_pending,
                GroupEvent *event)
{
        event->epoch = received->content.content.epoch;
        event->generation = received->generation;
        switch (received->content.content.type) {
        case MLS_APPLICATION:
                return take_message(session, received, event);
        case MLS_PROPOSAL:
                event->kind = GROUP_EVENT_WANTS_TO_LEAVE;
                event->sender = rules->actor;
                return 0;
        case MLS_COMMIT:
                take_commit(session, rules, received, had_pending, event);
                return 0;
        }
        return -EINVAL;
}

int group_session_receive(GroupSession *session, MlsSlice message, const E2eeContext *context,
                          GroupEvent *event)
{
        __attribute__((cleanup(group_rules_deinit))) GroupRules rules;
        __attribute__((cleanup(mls_received_deinit))) MlsReceived received = {0};
        bool had_pending = group_session_has_pending(session);
        int r;

        *event = (GroupEvent){0};
        group_rules_init(&rules);
        if (message.size > GROUP_MESSAGE_MAX)
                return MLS_TOO_LARGE;
        if (mls_group_is_pending(session->mls, message))
                return group_session_accept(session, event);
        r = mls_group_receive(session->mls, message, &rules.policy, context, &received);
        if (r == 0)
                r = take(session, &rules, &received, had_pending, event);
        else if (r > 0 && rules.has_actor)
                event->sender = rules.actor;
        return group_rules_refusal(&rules, r);
}

void group_event_deinit(GroupEvent *event)
{
        mls_buffer_deinit(&event->content);
        free(event->changes);
        *event = (GroupEvent){0};
}
