/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-join.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/group-rejoin.h"
#include "daemon/inbox-reject.h"
#include "daemon/store-event.h"
#include "daemon/store-key-package.h"
#include "daemon/timer.h"

static int find_package(void *userdata, const GroupReference *reference, MlsBuffer *secret_part)
{
        return store_key_package_secret(userdata, reference, secret_part);
}

static void session_freep(GroupSession **session)
{
        group_session_free(*session);
}

/* May they add us, and is it for a person to say yes first? -1: neither. */
static int standing_by_inviter(Store *store, const GroupMember *inviter, GroupStanding *out)
{
        uint32_t waiting = 0;
        Contact contact;
        int r;

        r = store_contact_find(store, inviter->address.name, &contact);
        if (r < 0)
                return r;
        if (r == 0 && (contact.blocked || contact.relation == CONTACT_DECLINED))
                return STORE_GROUP_NONE;
        if (r == 0 && contact_is_accepted(&contact) && contact_shows_key(&contact, &inviter->identity_key)) {
                *out = GROUP_STANDING_MEMBER;
                return 0;
        }
        *out = GROUP_STANDING_INVITED;
        r = store_group_count_invited(store, &waiting);
        if (r < 0)
                return r;
        return waiting < GROUP_INVITATIONS_MAX ? 0 : STORE_GROUP_NONE;
}

/* As far as we know the group. Anybody can make one of the same ID. */
static bool is_member(const GroupSession *ours, const GroupMember *inviter, bool *may_add_out)
{
        GroupMember member;

        *may_add_out = false;
        if (!group_session_find_member(ours, inviter->address.name, &member) ||
            memcmp(&member.identity_key, &inviter->identity_key, sizeof(member.identity_key)) != 0)
                return false;
        *may_add_out = member.role == GROUP_ROLE_ADMIN || (group_session_settings(ours)->rights & GROUP_RIGHT_ADD);
        return true;
}

/*
 * A welcome to a group that is known here is later than what is known: a server can send one again that was for a package of
 * last resort, and its keys have been used. Where we are in it, nobody else than who may add gives us another place in it.
 * *by_member_out: they were in it when we were, whatever they may do there by now.
 */
static int check_return(Store *store, const GroupRecord *known, const GroupSession *session,
                        const GroupMember *inviter, bool *by_member_out)
{
        _cleanup_(session_freep) GroupSession *ours = NULL;
        bool may_add;
        int r;

        r = store_group_load(store, known->contact, &ours);
        if (r < 0)
                return r;
        *by_member_out = is_member(ours, inviter, &may_add);
        if (group_session_epoch(session) <= group_session_epoch(ours))
                return STORE_GROUP_NONE;
        if (known->standing == GROUP_STANDING_LOST || !group_standing_is_in(known->standing))
                return 0; /* who administers it by now may be nobody we know of */
        return may_add ? 0 : STORE_GROUP_NONE;
}

/* Where one was in already, nobody needs to be asked again, unless one had left, or wanted to. */
static GroupStanding standing_again(const GroupRecord *known, GroupStanding by_inviter, bool by_member)
{
        switch (known->standing) {
        case GROUP_STANDING_MEMBER:
                return GROUP_STANDING_MEMBER;
        case GROUP_STANDING_REMOVED:
        case GROUP_STANDING_LOST:
                return by_member ? GROUP_STANDING_MEMBER : by_inviter;
        case GROUP_STANDING_LEAVING:
                return GROUP_STANDING_INVITED;
        case GROUP_STANDING_INVITED:
        case GROUP_STANDING_LEFT:
                return by_inviter;
        }
        return by_inviter;
}

static int enter(Store *store, GroupRecord *record, const GroupSession *session)
{
        Contact contact;
        int r;

        r = group_add_conversation(store, group_session_settings(session)->name, &contact);
        if (r < 0)
                return r;
        record->contact = contact.id;
        r = store_group_insert(store, record, session);
        if (r < 0)
                return r;
        return store_event_add(store, EVENT_GROUP_ADDED, contact.id, 0);
}

/* We were removed, or had lost track: the history goes on with another session. */
static int come_back(Store *store, GroupRecord *record, const GroupSession *session)
{
        int r;

        r = store_group_goodbye_delete(store, &record->id);
        if (r == 0)
                r = group_rejoin_given_up(store, record);
        if (r == 0)
                r = store_group_held_clear(store, record->contact);
        if (r == 0)
                r = store_group_save(store, record->contact, session, true);
        return r < 0 ? r : store_group_update(store, record);
}

static int take(Store *store, const GroupId *id, const GroupRecord *known, const GroupSession *session,
                const GroupMember *inviter, bool by_member)
{
        GroupRecord record = {.id = *id};
        GroupStanding standing = GROUP_STANDING_INVITED;
        int r;

        r = standing_by_inviter(store, inviter, &standing);
        if (r == STORE_GROUP_NONE && (!known || known->standing != GROUP_STANDING_MEMBER))
                return store_group_goodbye_add(store, id);
        if (r < 0)
                return r;
        if (known) {
                record.contact = known->contact;
                standing = standing_again(known, standing, by_member);
        }
        record.standing = standing;
        g_strlcpy(record.inviter, inviter->address.name, sizeof(record.inviter));
        r = known ? come_back(store, &record, session) : enter(store, &record, session);
        if (r < 0)
                return r;
        r = group_note(store, record.contact, MESSAGE_GROUP_JOINED, record.inviter,
                       group_session_settings(session)->name);
        if (r < 0 || group_session_settings(session)->expires_after_s == 0)
                return r;
        return timer_take_group(store, record.contact, record.inviter,
                                group_session_settings(session)->expires_after_s);
}

int group_join(Store *store, const PeerSelf *self, const GroupId *id, const GroupRecord *known, MlsSlice welcome,
               bool expect_repeat)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        const GroupPackageSource packages = {.find = find_package, .userdata = store};
        const E2eeContext context = clock_e2ee_context();
        const GroupSelf us = group_self(self);
        GroupJoined joined;
        GroupId named;
        bool by_member = false;
        int r;

        r = group_session_join(&us, welcome, &packages, &context, &session, &joined);
        if (r < 0)
                return r;
        if (r != 0)
                return expect_repeat ? 0 : inbox_refuse(store, group_refusal_name(r));
        named = group_session_id(session);
        if (memcmp(named.bytes, id->bytes, sizeof(id->bytes)) != 0)
                return inbox_refuse(store, "a welcome to another group than the server says");
        if (known) {
                r = check_return(store, known, session, &joined.inviter, &by_member);
                if (r < 0)
                        return r;
                if (r != 0)
                        return expect_repeat ? 0 : inbox_refuse(store, "a welcome to a group that we know already");
        }
        if (joined.kind == GROUP_PACKAGE_ONE_TIME) {
                r = store_key_package_delete(store, &joined.used);
                if (r < 0)
                        return r;
        }
        return take(store, id, known, session, &joined.inviter, by_member);
}
