/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_TIMER_ROW (sm_timer_row_get_type())
G_DECLARE_FINAL_TYPE(SmTimerRow, sm_timer_row, SM, TIMER_ROW, AdwComboRow)

/* After what time messages of a conversation, with a contact or in a group, disappear: shown, and chosen. */
void sm_timer_row_set_conversation(SmTimerRow *self, SmConversation *conversation);
