/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is checked of a group by who comes into it. */
#include <errno.h>

#include "e2ee/group-rules.h"

static int compare_names(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of all members, sorted; a block of pointers and the names behind it. */
static int collect_names(const MlsGroup *group, size_t count, const char **names, GroupMember *members)
{
        size_t found = 0;

        for (uint32_t i = 0; i < mls_group_leaf_count(group); i++) {
                const MlsLeafNode *node = mls_group_member(group, i);

                if (!node)
                        continue;
                if (found == count || group_leaf_read(node, &members[found]) != 0)
                        return MLS_BAD_CREDENTIAL;
                names[found] = members[found].address.name;
                found++;
        }
        qsort(names, found, sizeof(*names), compare_names);
        return 0;
}

int group_rules_check_whole(const MlsGroup *group)
{
        size_t count = mls_group_member_count(group);
        GroupSettings settings;
        GroupMember *members;
        const char **names;
        int r;

        if (count == 0 || count > GROUP_MEMBERS_MAX)
                return GROUP_TOO_MANY;
        r = group_settings_read(mls_group_extensions(group), &settings);
        if (r != 0)
                return r;
        members = calloc(count, sizeof(*members));
        names = calloc(count, sizeof(*names));
        r = members && names ? collect_names(group, count, names, members) : -ENOMEM;
        for (size_t i = 1; r == 0 && i < count; i++) {
                if (strcmp(names[i - 1], names[i]) == 0)
                        r = GROUP_ALREADY_MEMBER;
        }
        for (size_t i = 0; r == 0 && i < settings.admin_count; i++) {
                const char *admin = settings.admins[i];

                if (!bsearch(&admin, names, count, sizeof(*names), compare_names))
                        r = GROUP_BAD_SETTINGS;
        }
        free(names);
        free(members);
        return r;
}
