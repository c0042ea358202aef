/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-member.h"

#include <string.h>

#include "daemon/contact.h"
#include "daemon/store-trust.h"

const char *group_role_name(GroupRole role)
{
        return role == GROUP_ROLE_ADMIN ? "admin" : "member";
}

int group_member_trust(Store *store, const PeerSelf *self, const GroupMember *member, GroupMemberTrust *out)
{
        ContactTrust trust;
        Contact contact;
        int r;

        *out = GROUP_MEMBER_UNKNOWN;
        if (strcmp(member->address.name, self->address.name) == 0) {
                *out = GROUP_MEMBER_SELF;
                return 0;
        }
        r = store_contact_find(store, member->address.name, &contact);
        if (r != 0 || !contact_shown_identity(&contact))
                return r < 0 ? r : 0;
        if (contact.key_changed || !contact_shows_key(&contact, &member->identity_key)) {
                *out = GROUP_MEMBER_OTHER;
                return 0;
        }
        r = store_trust_get(store, contact.id, &trust);
        *out = trust.how == VERIFIED_NOT ? GROUP_MEMBER_KNOWN : GROUP_MEMBER_VERIFIED;
        return r;
}

const char *group_member_trust_name(GroupMemberTrust trust)
{
        static const char *const names[] = {
                        [GROUP_MEMBER_SELF] = "self",   [GROUP_MEMBER_VERIFIED] = "verified",
                        [GROUP_MEMBER_KNOWN] = "known", [GROUP_MEMBER_OTHER] = "other",
                        [GROUP_MEMBER_UNKNOWN] = "unknown",
        };

        return names[trust];
}
