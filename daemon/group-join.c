/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-join.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/inbox-reject.h"
#include "daemon/store-event.h"
#include "daemon/store-key-package.h"

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

/* To be added to where one is: by somebody there who may do that, and later. Anybody can make a group of the same ID. */
static int check_return(Store *store, const GroupRecord *known, const GroupSession *session,
                        const GroupMember *inviter)
{
        _cleanup_(session_freep) GroupSession *ours = NULL;
        GroupMember member;
        int r;

        r = store_group_load(store, known->contact, &ours);
        if (r < 0)
                return r;
        if (group_session_epoch(session) <= group_session_epoch(ours) ||
            !group_session_find_member(ours, inviter->address.name, &member) ||
            memcmp(&member.identity_key, &inviter->identity_key, sizeof(member.identity_key)) != 0)
                return STORE_GROUP_NONE;
        if (member.role == GROUP_ROLE_ADMIN || (group_session_settings(ours)->rights & GROUP_RIGHT_ADD))
                return 0;
        return STORE_GROUP_NONE;
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
                r = store_group_commit_delete(store, record->contact);
        if (r == 0)
                r = store_group_held_clear(store, record->contact);
        if (r == 0)
                r = store_group_save(store, record->contact, session, true);
        return r < 0 ? r : store_group_update(store, record);
}

static int take(Store *store, const GroupId *id, const GroupRecord *known, const GroupSession *session,
                const GroupMember *inviter)
{
        GroupRecord record = {.id = *id};
        GroupStanding standing;
        int r;

        r = standing_by_inviter(store, inviter, &standing);
        if (r == STORE_GROUP_NONE)
                return store_group_goodbye_add(store, id);
        if (r < 0)
                return r;
        if (known) {
                record.contact = known->contact;
                /* Where one was in already, nobody needs to be asked again, unless one had left. */
                if (known->standing != GROUP_STANDING_LEFT && known->standing != GROUP_STANDING_INVITED)
                        standing = GROUP_STANDING_MEMBER;
        }
        record.standing = standing;
        g_strlcpy(record.inviter, inviter->address.name, sizeof(record.inviter));
        r = known ? come_back(store, &record, session) : enter(store, &record, session);
        if (r < 0)
                return r;
        return group_note(store, record.contact, MESSAGE_GROUP_JOINED, record.inviter,
                          group_session_settings(session)->name);
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
        int r;

        r = group_session_join(&us, welcome, &packages, &context, &session, &joined);
        if (r < 0)
                return r;
        if (r != 0)
                return expect_repeat ? 0 : inbox_refuse(store, group_refusal_name(r));
        named = group_session_id(session);
        if (memcmp(named.bytes, id->bytes, sizeof(id->bytes)) != 0)
                return inbox_refuse(store, "a welcome to another group than the server says");
        if (known && known->standing == GROUP_STANDING_MEMBER) {
                r = check_return(store, known, session, &joined.inviter);
                if (r != 0)
                        return r < 0 ? r : inbox_refuse(store, "a welcome to a group that we are in");
        }
        if (joined.kind == GROUP_PACKAGE_ONE_TIME) {
                r = store_key_package_delete(store, &joined.used);
                if (r < 0)
                        return r;
        }
        return take(store, id, known, session, &joined.inviter);
}
