/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/daemon.h"

#define SM_TYPE_TRUST_BAR (sm_trust_bar_get_type())
G_DECLARE_FINAL_TYPE(SmTrustBar, sm_trust_bar, SM, TRUST_BAR, AdwBin)

/*
 * Above the messages with a contact: that they want to compare emoji, that a comparison is under way, or that their key has
 * changed; and the way to the page where one makes sure. It is there only while it is so. conversation may be NULL.
 */
void sm_trust_bar_set_conversation(SmTrustBar *self, SmDaemon *daemon, SmConversation *conversation);
