/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/group-member.h"

#include <string.h>

struct _SmGroupMember {
        GObject parent;
        char *name;
        gboolean is_admin, we_administer;
        GroupMemberKey key;
};

G_DEFINE_FINAL_TYPE(SmGroupMember, sm_group_member, G_TYPE_OBJECT)

static guint changed_signal;

static GroupMemberKey key_from_name(const char *name)
{
        static const char *const names[] = {
                        [GROUP_MEMBER_UNKNOWN] = "unknown", [GROUP_MEMBER_KNOWN] = "known",
                        [GROUP_MEMBER_VERIFIED] = "verified", [GROUP_MEMBER_OTHER] = "other",
                        [GROUP_MEMBER_SELF] = "self",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (strcmp(names[i], name) == 0)
                        return (GroupMemberKey)i;
        return GROUP_MEMBER_UNKNOWN;
}

static void take(SmGroupMember *self, GVariant *dictionary, gboolean we_administer)
{
        const char *name = "", *role = "", *key = "";

        g_variant_lookup(dictionary, "name", "&s", &name);
        g_variant_lookup(dictionary, "role", "&s", &role);
        g_variant_lookup(dictionary, "key", "&s", &key);
        g_free(self->name);
        self->name = g_strdup(name);
        self->is_admin = strcmp(role, "admin") == 0;
        self->key = key_from_name(key);
        self->we_administer = we_administer;
}

static void sm_group_member_finalize(GObject *object)
{
        g_free(SM_GROUP_MEMBER(object)->name);
        G_OBJECT_CLASS(sm_group_member_parent_class)->finalize(object);
}

static void sm_group_member_class_init(SmGroupMemberClass *class)
{
        G_OBJECT_CLASS(class)->finalize = sm_group_member_finalize;
        changed_signal = g_signal_new("changed", SM_TYPE_GROUP_MEMBER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
}

static void sm_group_member_init(SmGroupMember *self)
{
}

SmGroupMember *sm_group_member_new(GVariant *dictionary, gboolean we_administer)
{
        SmGroupMember *self = g_object_new(SM_TYPE_GROUP_MEMBER, NULL);

        take(self, dictionary, we_administer);
        return self;
}

void sm_group_member_set(SmGroupMember *self, GVariant *dictionary, gboolean we_administer)
{
        take(self, dictionary, we_administer);
        g_signal_emit(self, changed_signal, 0);
}

const char *sm_group_member_name(SmGroupMember *self)
{
        return self->name;
}

gboolean sm_group_member_is_admin(SmGroupMember *self)
{
        return self->is_admin;
}

gboolean sm_group_member_is_ours(SmGroupMember *self)
{
        return self->we_administer;
}

GroupMemberKey sm_group_member_key(SmGroupMember *self)
{
        return self->key;
}

int sm_group_member_compare(gconstpointer a, gconstpointer b, gpointer userdata)
{
        const SmGroupMember *first = a, *second = b;

        if (first->is_admin != second->is_admin)
                return first->is_admin ? -1 : 1;
        return strcmp(first->name, second->name);
}
