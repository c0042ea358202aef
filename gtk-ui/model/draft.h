/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * What somebody has begun to write in one conversation: words, files, and the message that they answer. An edit of an older message lies on
 * top of what was written before it.
 */
typedef struct Draft Draft;

struct Draft {
        char *key;      /* of its conversation, for whoever keeps drafts */
        char *text;     /* as it was when it left the screen */
        char *quote_id; /* the message that is answered or edited, or NULL */
        char *quote_title, *quote_text; /* NULL since a lock: they are the store's */
        gboolean is_edit;
        GListStore *files; /* of SmOutgoingFile */
        Draft *under;      /* owned; of an edit only */
};

Draft *draft_new(const char *key);
Draft *draft_new_edit(const char *key, const char *text);
Draft *draft_free(Draft *draft); /* with all that is under it */
void draft_set_quote(Draft *draft, const char *id, const char *title, const char *text); /* id NULL: none */
void draft_forget_quoted(Draft *draft); /* what it says, not which one it is */
Draft *draft_bottom(Draft *draft); /* what is no edit */
/* `from` did not leave: its words and files stand before what is there now. `into` is no edit; takes `from`. */
void draft_give_back(Draft *into, Draft *from);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)
