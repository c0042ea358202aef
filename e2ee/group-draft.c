/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/group-draft.h"

#include <errno.h>

#include "e2ee/group-package.h"
#include "e2ee/group-rules.h"

enum { LEFT_OUT = -1 }; /* beside refusals: this change is so already, or has no object any more */

static bool is_admin(const GroupDraft *d)
{
        return group_settings_is_admin(&d->session->settings, d->self->address.name);
}

static bool may(const GroupDraft *d, GroupRight right)
{
        return group_settings_allow(&d->session->settings, d->self->address.name, right);
}

/* Wants to leave, or is removed by a change before. */
static bool is_going(const GroupDraft *d, uint32_t leaf)
{
        MlsProposal proposal;
        MlsSender sender;

        for (size_t i = 0; i < d->count; i++) {
                if (d->proposals[i].type == MLS_PROPOSAL_REMOVE && d->proposals[i].removed == leaf)
                        return true;
        }
        for (size_t i = 0; mls_group_proposal(d->session->mls, i, &proposal, &sender); i++) {
                if (proposal.type == MLS_PROPOSAL_REMOVE && proposal.removed == leaf)
                        return true;
        }
        return false;
}

static bool is_coming(const GroupDraft *d, const char *name)
{
        for (size_t i = 0; i < d->count; i++) {
                if (d->proposals[i].type == MLS_PROPOSAL_ADD &&
                    mls_slice_equal(d->proposals[i].add.leaf_node.credential.content, mls_string(name)))
                        return true;
        }
        return false;
}

/* In the group and not about to go, or about to come. */
static bool will_be_there(const GroupDraft *d, const char *name)
{
        uint32_t leaf;

        return is_coming(d, name) || (group_find_leaf(d->session->mls, name, &leaf) && !is_going(d, leaf));
}

/* The package is whom the change names, with the identity key that the change names. */
static int put_add(GroupDraft *d, const GroupChange *change)
{
        MlsProposal *add = &d->proposals[d->count];
        GroupMember member;
        int r;

        *add = (MlsProposal){.type = MLS_PROPOSAL_ADD};
        r = group_package_decode(change->package, d->context, &add->add, &member);
        if (r != 0)
                return r;
        if (strcmp(member.address.name, change->member.address.name) != 0 ||
            !group_same_key(&member.identity_key, &change->member.identity_key))
                return GROUP_WRONG_PACKAGE;
        d->count++;
        return 0;
}

static int draft_add(GroupDraft *d, const GroupChange *change)
{
        uint32_t leaf;

        if (!may(d, GROUP_RIGHT_ADD))
                return GROUP_NOT_ALLOWED;
        if (group_find_leaf(d->session->mls, change->member.address.name, &leaf) ||
            is_coming(d, change->member.address.name))
                return GROUP_ALREADY_MEMBER;
        return put_add(d, change);
}

static int draft_removal(GroupDraft *d, const GroupChange *change, uint32_t *leaf)
{
        if (!is_admin(d) || strcmp(change->member.address.name, d->self->address.name) == 0)
                return GROUP_NOT_ALLOWED;
        if (!group_find_leaf(d->session->mls, change->member.address.name, leaf))
                return GROUP_UNKNOWN_MEMBER;
        return 0;
}

static void put_remove(GroupDraft *d, uint32_t leaf)
{
        d->proposals[d->count++] = (MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = leaf};
}

static int draft_remove(GroupDraft *d, const GroupChange *change)
{
        uint32_t leaf;
        int r;

        r = draft_removal(d, change, &leaf);
        if (r != 0)
                return r;
        if (is_going(d, leaf))
                return LEFT_OUT;
        put_remove(d, leaf);
        group_settings_demote(&d->settings, change->member.address.name);
        return 0;
}

static int draft_replace(GroupDraft *d, const GroupChange *change)
{
        GroupMember old, new;
        MlsKeyPackage package;
        uint32_t leaf;
        int r;

        r = draft_removal(d, change, &leaf);
        if (r == 0)
                r = group_package_decode(change->package, d->context, &package, &new);
        if (r != 0)
                return r;
        /* Somebody else was faster. */
        if (d->again && group_session_member_at(d->session, leaf, &old) &&
            group_same_key(&old.identity_key, &new.identity_key) && old.renewed_ms >= new.renewed_ms)
                return LEFT_OUT;
        if (is_coming(d, change->member.address.name))
                return GROUP_ALREADY_MEMBER;
        r = put_add(d, change);
        if (r == 0)
                put_remove(d, leaf);
        return r;
}

static int draft_role(GroupDraft *d, const GroupChange *change)
{
        const char *name = change->member.address.name;
        bool wants_admin = change->kind == GROUP_PROMOTE;

        if (!is_admin(d))
                return GROUP_NOT_ALLOWED;
        if (!will_be_there(d, name))
                return GROUP_UNKNOWN_MEMBER;
        if (group_settings_is_admin(&d->settings, name) == wants_admin)
                return LEFT_OUT;
        if (wants_admin)
                return group_settings_promote(&d->settings, name);
        group_settings_demote(&d->settings, name);
        return 0;
}

static int draft_settings(GroupDraft *d, const GroupChange *change)
{
        switch (change->kind) {
        case GROUP_RENAME:
                if (!may(d, GROUP_RIGHT_EDIT))
                        return GROUP_NOT_ALLOWED;
                if (!group_name_is_valid(change->name))
                        return GROUP_BAD_NAME;
                memset(d->settings.name, 0, sizeof(d->settings.name));
                memcpy(d->settings.name, change->name, strlen(change->name));
                return 0;
        case GROUP_SET_TIMER:
                if (!may(d, GROUP_RIGHT_EDIT))
                        return GROUP_NOT_ALLOWED;
                d->settings.expires_after_s = change->number;
                return 0;
        case GROUP_SET_RIGHTS:
                if (!is_admin(d))
                        return GROUP_NOT_ALLOWED;
                if (change->number & ~(uint32_t)(GROUP_RIGHT_ADD | GROUP_RIGHT_EDIT))
                        return MLS_UNSUPPORTED;
                d->settings.rights = change->number;
                return 0;
        case GROUP_ADD:
        case GROUP_REMOVE:
        case GROUP_LEAVE:
        case GROUP_REPLACE:
        case GROUP_PROMOTE:
        case GROUP_DEMOTE:
        case GROUP_RENEW:
                break;
        }
        return -EINVAL;
}

static int draft_change(GroupDraft *d, const GroupChange *change)
{
        switch (change->kind) {
        case GROUP_ADD:
                return draft_add(d, change);
        case GROUP_REMOVE:
                return draft_remove(d, change);
        case GROUP_REPLACE:
                return draft_replace(d, change);
        case GROUP_PROMOTE:
        case GROUP_DEMOTE:
                return draft_role(d, change);
        case GROUP_RENAME:
        case GROUP_SET_TIMER:
        case GROUP_SET_RIGHTS:
                return draft_settings(d, change);
        case GROUP_RENEW:
                d->renew = true;
                return 0;
        case GROUP_LEAVE:
                return GROUP_NOT_ALLOWED;
        }
        return -EINVAL;
}

int group_draft_changes(GroupDraft *d, const GroupChange *changes, size_t count, size_t *refused)
{
        const char *us = d->self->address.name;
        size_t added = 0, removed = 0;
        int r;

        for (size_t i = 0; i < count; i++) {
                *refused = i;
                r = draft_change(d, &changes[i]);
                if (r == LEFT_OUT || (r > 0 && d->again))
                        continue;
                if (r != 0)
                        return r;
        }
        /* It was us who stepped down: an administrator cannot be removed by anybody else than another. */
        if (d->settings.admin_count == 0) {
                if (!d->again)
                        return GROUP_LAST_ADMIN;
                group_settings_promote(&d->settings, us);
        }
        for (size_t i = 0; i < d->count; i++) {
                added += d->proposals[i].type == MLS_PROPOSAL_ADD;
                removed += d->proposals[i].type == MLS_PROPOSAL_REMOVE;
        }
        return group_session_member_count(d->session) + added > GROUP_MEMBERS_MAX + removed ? GROUP_TOO_MANY
                                                                                            : 0;
}
