/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group-types.h"

/* The settings of a group, and the group context's extensions, which have them (docs/protocol-groups.md). */
enum {
        GROUP_EXTENSION_SETTINGS = 0xf0a0,    /* of the group context */
        GROUP_EXTENSION_CERTIFICATE = 0xf0a1, /* of leaf nodes */
};

/* Both types, as lists of capabilities have them. */
MlsSlice group_extension_types(void);

bool group_name_is_valid(const char *name);
bool group_user_name_is_valid(MlsSlice name);

/* The content of the list of extensions. 0 or -ENOMEM. The settings have to be valid. */
int group_settings_write(const GroupSettings *settings, MlsWriter *extensions);
/* 0, or GROUP_BAD_SETTINGS where the list is anything else than group_settings_write() gives. */
int group_settings_read(MlsSlice extensions, GroupSettings *out);
bool group_settings_equal_admins(const GroupSettings *a, const GroupSettings *b);

bool group_settings_is_admin(const GroupSettings *settings, const char *name);
/* 0; GROUP_TOO_MANY where there is no room. Nothing happens to who is one already, or is none. */
int group_settings_promote(GroupSettings *settings, const char *name);
void group_settings_demote(GroupSettings *settings, const char *name);
/* An administrator, or everybody has the right. */
bool group_settings_allow(const GroupSettings *settings, const char *name, GroupRight right);
