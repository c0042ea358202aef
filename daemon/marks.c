/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/marks.h"

#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/problem.h"

static const char *const names[MARK_COUNT] = {
                [MARK_MUTED] = "Muted",
                [MARK_PINNED] = "Pinned",
                [MARK_UNREAD] = "MarkedUnread",
};

const char *mark_name(ContactMark mark)
{
        return names[mark];
}

ContactMark mark_find(const char *name)
{
        ContactMark mark = 0;

        while (mark < MARK_COUNT && strcmp(names[mark], name) != 0)
                mark++;
        return mark;
}

int mark_set(Store *store, const char *contact, ContactMark mark, bool set)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Contact record;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        if (record.marks[mark] == set)
                return 0;
        record.marks[mark] = set;
        r = store_contact_update_marks(store, &record);
        return r < 0 ? r : store_commit(&transaction);
}
