/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_REQUEST_BAR (sm_request_bar_get_type())
G_DECLARE_FINAL_TYPE(SmRequestBar, sm_request_bar, SM, REQUEST_BAR, AdwBin)

/*
 * Above the messages of somebody whom nobody has accepted yet: what that means, and what can be done. It is there only while it is
 * so. conversation may be NULL.
 */
void sm_request_bar_set_conversation(SmRequestBar *self, SmConversation *conversation);
