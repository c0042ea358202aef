/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_GROUP_SETTINGS (sm_group_settings_get_type())
G_DECLARE_FINAL_TYPE(SmGroupSettings, sm_group_settings, SM, GROUP_SETTINGS, AdwBin)

/*
 * What a group as a whole has: its name, how long messages stay, its keys, and how it ends. What somebody wants to be done is the
 * signal "change": a method of Group, and its arguments.
 */
void sm_group_settings_set_conversation(SmGroupSettings *self, SmConversation *conversation);
