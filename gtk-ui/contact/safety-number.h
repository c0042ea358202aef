/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "gtk-ui/model/conversation.h"

#define SM_TYPE_SAFETY_NUMBER (sm_safety_number_get_type())
G_DECLARE_FINAL_TYPE(SmSafetyNumber, sm_safety_number, SM, SAFETY_NUMBER, AdwBin)

/*
 * The safety number with a contact, to be read out or scanned, and what follows from that. Whatever is done here is done with the
 * key whose number is before the person's eyes; a key that comes meanwhile is told, and has to be looked at first.
 */
void sm_safety_number_set_contact(SmSafetyNumber *self, SmConversation *contact);
