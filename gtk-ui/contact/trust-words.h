/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"

/* What is known of a contact's key: verified, how and since when; not verified; changed. Newly allocated. */
char *trust_words(SmConversation *contact);
const char *trust_icon_name(SmConversation *contact);
