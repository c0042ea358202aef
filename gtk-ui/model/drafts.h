/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/model/conversation.h"
#include "gtk-ui/model/draft.h"

/* The drafts of all conversations, each by the key of its own. They live as long as the window, and end with the account. */
typedef struct Drafts Drafts;

Drafts *drafts_new(void);
Drafts *drafts_free(Drafts *drafts);

/* A contact's or stranger's name; a group keeps its own under another name. Borrowed from its arguments. */
const char *drafts_key(SmConversation *conversation, const char *name);
Draft *drafts_find(Drafts *drafts, const char *key); /* borrowed; a new one where there was none */
/* Puts a draft where its key says, and returns the one that was there, the caller's; or NULL. Takes `draft`. */
Draft *drafts_exchange(Drafts *drafts, Draft *draft);
/* The account is locked: what somebody has written stays, of what is in the store nothing does. docs/decisions/0007-drafts-and-the-lock.md */
void drafts_lock(Drafts *drafts);
void drafts_forget(Drafts *drafts);
