/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_SESSION_ROW (sm_session_row_get_type())
G_DECLARE_FINAL_TYPE(SmSessionRow, sm_session_row, SM, SESSION_ROW, AdwExpanderRow)

/* The cryptographic session with a contact at a glance, read when somebody opens the row; and a button that renews it. */
void sm_session_row_set_contact(SmSessionRow *self, SmConversation *contact);
