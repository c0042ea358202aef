/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"

/*
 * A conversation in a few words, on one line: that somebody is typing, or the newest message, with whoever said it where
 * that is not plain. Newly allocated; "" where there is nothing to say.
 */
char *preview_text(SmConversation *conversation);

/* What a message is about, without who said it: its text, or in a word what else it is. Newly allocated, one line. */
char *preview_of_message(const ClientMessage *message);
