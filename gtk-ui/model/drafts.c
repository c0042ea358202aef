/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/drafts.h"

struct Drafts {
        GHashTable *by_key;
};

static void destroy(gpointer draft)
{
        draft_free(draft);
}

Drafts *drafts_new(void)
{
        Drafts *drafts = g_new0(Drafts, 1);

        drafts->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, destroy);
        return drafts;
}

Drafts *drafts_free(Drafts *drafts)
{
        if (!drafts)
                return NULL;
        g_hash_table_unref(drafts->by_key);
        g_free(drafts);
        return NULL;
}

const char *drafts_key(SmConversation *conversation, const char *name)
{
        if (conversation && sm_conversation_is_group(conversation))
                return g_dbus_proxy_get_object_path(sm_conversation_proxy(conversation));
        return name;
}

Draft *drafts_exchange(Drafts *drafts, Draft *draft)
{
        gpointer key = NULL, before = NULL;

        g_hash_table_steal_extended(drafts->by_key, draft->key, &key, &before);
        g_free(key);
        g_hash_table_insert(drafts->by_key, g_strdup(draft->key), draft);
        return before;
}

Draft *drafts_find(Drafts *drafts, const char *key)
{
        Draft *draft = g_hash_table_lookup(drafts->by_key, key);

        if (!draft) {
                draft = draft_new(key);
                drafts_exchange(drafts, draft);
        }
        return draft;
}

void drafts_lock(Drafts *drafts)
{
        GHashTableIter iter;
        gpointer draft;

        g_hash_table_iter_init(&iter, drafts->by_key);
        while (g_hash_table_iter_next(&iter, NULL, &draft))
                for (Draft *part = draft; part; part = part->under)
                        draft_forget_quoted(part);
}

void drafts_forget(Drafts *drafts)
{
        g_hash_table_remove_all(drafts->by_key);
}
