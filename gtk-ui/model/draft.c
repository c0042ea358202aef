/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/draft.h"

#include <string.h>

#include "gtk-ui/compose/outgoing-file.h"

Draft *draft_new(const char *key)
{
        Draft *draft = g_new0(Draft, 1);

        draft->key = g_strdup(key);
        draft->text = g_strdup("");
        draft->files = g_list_store_new(SM_TYPE_OUTGOING_FILE);
        return draft;
}

Draft *draft_new_edit(const char *key, const char *text)
{
        Draft *draft = draft_new(key);

        draft->is_edit = TRUE;
        g_free(draft->text);
        draft->text = g_strdup(text);
        return draft;
}

/* Nobody else keeps a copy of it, as far as that is in our hands: what was drawn and typed, GTK has had as well. */
static void wipe(char **text)
{
        if (*text)
                explicit_bzero(*text, strlen(*text));
        g_clear_pointer(text, g_free);
}

Draft *draft_free(Draft *draft)
{
        if (!draft)
                return NULL;
        draft_free(draft->under);
        g_object_unref(draft->files);
        g_free(draft->key);
        wipe(&draft->text);
        g_free(draft->quote_id);
        draft_forget_quoted(draft);
        g_free(draft);
        return NULL;
}

static void replace(char **field, const char *value)
{
        char *before = *field;

        *field = g_strdup(value);
        g_free(before);
}

void draft_set_quote(Draft *draft, const char *id, const char *title, const char *text)
{
        replace(&draft->quote_id, id);
        replace(&draft->quote_title, title);
        replace(&draft->quote_text, text);
}

void draft_forget_quoted(Draft *draft)
{
        wipe(&draft->quote_title);
        wipe(&draft->quote_text);
}

Draft *draft_bottom(Draft *draft)
{
        while (draft->under)
                draft = draft->under;
        return draft;
}

void draft_give_back(Draft *into, Draft *from)
{
        g_autoptr(Draft) taken = from;
        g_autofree char *after = g_steal_pointer(&into->text);
        GListModel *files = G_LIST_MODEL(taken->files);

        into->text = *taken->text && *after ? g_strconcat(taken->text, "\n", after, NULL)
                                            : g_strdup(*after ? after : taken->text);
        if (!into->quote_id)
                draft_set_quote(into, taken->quote_id, taken->quote_title, taken->quote_text);
        for (guint i = 0; i < g_list_model_get_n_items(files); i++) {
                g_autoptr(GObject) file = g_list_model_get_item(files, i);

                g_list_store_insert(into->files, i, file);
        }
}
