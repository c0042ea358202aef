/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/conversation.h"

/*
 * What can be done to a conversation from the list, as it stands now. Its actions are "row.set" (a property's name and its new
 * value), "row.read", "row.block", "row.call" (a method) and "row.details".
 */
GMenuModel *conversation_menu_new(SmConversation *conversation);
