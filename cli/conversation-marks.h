/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* "  2 unread  pinned  muted", as the properties of a contact or a group say; nothing where none of them holds. */
void conversation_marks_show(GVariant *conversation);
