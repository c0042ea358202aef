/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recipient.h"

#include <errno.h>

#include "daemon/contact.h"
#include "daemon/group.h"
#include "daemon/relation.h"

static int open_group(Store *store, const char *name, Contact *out)
{
        GroupRecord record;
        int r;

        r = group_find(store, name, &record);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (record.standing != GROUP_STANDING_MEMBER)
                return PROBLEM_NOT_A_MEMBER;
        r = store_contact_get(store, record.contact, out);
        return r > 0 ? -EBADMSG : r;
}

int recipient_open(Store *store, const char *name, Contact *out)
{
        int r;

        if (recipient_is_group(name))
                return open_group(store, name, out);
        r = contact_ensure(store, name, out);
        return r < 0 ? r : relation_write_to(store, out);
}
