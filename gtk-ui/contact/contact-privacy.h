/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_CONTACT_PRIVACY (sm_contact_privacy_get_type())
G_DECLARE_FINAL_TYPE(SmContactPrivacy, sm_contact_privacy, SM, CONTACT_PRIVACY, AdwPreferencesGroup)

/* What one contact learns, whatever the settings say in general. */
void sm_contact_privacy_set_contact(SmContactPrivacy *self, SmConversation *contact);
