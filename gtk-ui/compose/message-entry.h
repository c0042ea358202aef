/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#define SM_TYPE_MESSAGE_ENTRY (sm_message_entry_get_type())
G_DECLARE_FINAL_TYPE(SmMessageEntry, sm_message_entry, SM, MESSAGE_ENTRY, AdwBin)

/*
 * Some lines of text, no more of it than a message has room for and than can be shown at once, with its keys. Signals:
 *
 * "changed": the text is another one; "written": by the person here;
 * "send": by the key that the settings say;
 * "escape", "up" (in an empty entry), "paste" (a GdkClipboard): return whether something came of it, else it is as in any entry;
 * "too-long" (a string): somebody pasted or dropped what there is no room for.
 */
enum { MESSAGE_ENTRY_BYTES_MAX = 65536 };

char *sm_message_entry_text(SmMessageEntry *self);
/* It is not too long, nor is one of its lines. */
gboolean sm_message_entry_can_show(const char *text);
void sm_message_entry_set_text(SmMessageEntry *self, const char *text);
gboolean sm_message_entry_is_empty(SmMessageEntry *self);
gboolean sm_message_entry_is_blank(SmMessageEntry *self); /* spaces at most */
