/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/inbox.h"

#include <string.h>

struct _SmInbox {
        GObject parent;
        GListModel *all;
        GtkFilter *settled, *asking;
        GtkSorter *sorter;
        GListModel *conversations, *requests;
        guint again; /* one look at all of them, however many have changed */
};

G_DEFINE_FINAL_TYPE(SmInbox, sm_inbox, G_TYPE_OBJECT)

gboolean sm_inbox_is_request(SmConversation *conversation)
{
        g_autofree char *relation = sm_conversation_text(conversation, "Relation");
        g_autofree char *standing = sm_conversation_text(conversation, "Standing");

        return strcmp(relation, "request") == 0 || strcmp(standing, "invited") == 0;
}

static gboolean is_asking(gpointer item, gpointer userdata)
{
        return sm_inbox_is_request(item);
}

/* Whoever was declined, or blocked at once, has left nothing to look at. */
static gboolean is_settled(gpointer item, gpointer userdata)
{
        g_autofree char *relation = sm_conversation_text(item, "Relation");
        g_autofree char *standing = sm_conversation_text(item, "Standing");

        if (sm_inbox_is_request(item) || strcmp(relation, "declined") == 0 || strcmp(standing, "leaving") == 0)
                return FALSE;
        return strcmp(relation, "blocked") != 0 || sm_conversation_number(item, "LastMessage") > 0;
}

static int compare(gconstpointer a, gconstpointer b, gpointer userdata)
{
        SmConversation *first = SM_CONVERSATION((gpointer)a), *second = SM_CONVERSATION((gpointer)b);
        gboolean first_pinned = sm_conversation_flag(first, "Pinned"), second_pinned = sm_conversation_flag(second, "Pinned");
        guint64 first_newest = sm_conversation_number(first, "LastMessage");
        guint64 second_newest = sm_conversation_number(second, "LastMessage");

        if (first_pinned != second_pinned)
                return first_pinned ? -1 : 1;
        if (first_newest != second_newest)
                return first_newest > second_newest ? -1 : 1;
        return g_utf8_collate(sm_conversation_title(first), sm_conversation_title(second));
}

/* ---- Changes ---- */

static gboolean look_again(gpointer userdata)
{
        SmInbox *self = userdata;

        self->again = 0;
        gtk_filter_changed(self->settled, GTK_FILTER_CHANGE_DIFFERENT);
        gtk_filter_changed(self->asking, GTK_FILTER_CHANGE_DIFFERENT);
        gtk_sorter_changed(self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
        return G_SOURCE_REMOVE;
}

static void on_changed(SmInbox *self)
{
        if (self->again == 0)
                self->again = g_idle_add(look_again, self);
}

static void on_items_changed(SmInbox *self, guint position, guint removed, guint added)
{
        for (guint i = position; i < position + added; i++) {
                g_autoptr(SmConversation) conversation = g_list_model_get_item(self->all, i);

                g_signal_handlers_disconnect_by_func(conversation, G_CALLBACK(on_changed), self);
                g_signal_connect_object(conversation, "changed", G_CALLBACK(on_changed), self, G_CONNECT_SWAPPED);
        }
}

/* ---- The object ---- */

static void sm_inbox_dispose(GObject *object)
{
        SmInbox *self = SM_INBOX(object);

        g_clear_handle_id(&self->again, g_source_remove);
        g_clear_object(&self->conversations);
        g_clear_object(&self->requests);
        g_clear_object(&self->settled);
        g_clear_object(&self->asking);
        g_clear_object(&self->sorter);
        g_clear_object(&self->all);
        G_OBJECT_CLASS(sm_inbox_parent_class)->dispose(object);
}

static void sm_inbox_class_init(SmInboxClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_inbox_dispose;
}

static void sm_inbox_init(SmInbox *self)
{
        self->settled = GTK_FILTER(gtk_custom_filter_new(is_settled, NULL, NULL));
        self->asking = GTK_FILTER(gtk_custom_filter_new(is_asking, NULL, NULL));
        self->sorter = GTK_SORTER(gtk_custom_sorter_new(compare, NULL, NULL));
}

static GListModel *sorted(SmInbox *self, GtkFilter *filter)
{
        GtkFilterListModel *filtered = gtk_filter_list_model_new(g_object_ref(self->all), g_object_ref(filter));

        return G_LIST_MODEL(gtk_sort_list_model_new(G_LIST_MODEL(filtered), g_object_ref(self->sorter)));
}

SmInbox *sm_inbox_new(GListModel *conversations)
{
        SmInbox *self = g_object_new(SM_TYPE_INBOX, NULL);

        self->all = g_object_ref(conversations);
        self->conversations = sorted(self, self->settled);
        self->requests = sorted(self, self->asking);
        g_signal_connect_object(conversations, "items-changed", G_CALLBACK(on_items_changed), self, G_CONNECT_SWAPPED);
        on_items_changed(self, 0, 0, g_list_model_get_n_items(conversations));
        return self;
}

GListModel *sm_inbox_conversations(SmInbox *self)
{
        return self->conversations;
}

GListModel *sm_inbox_requests(SmInbox *self)
{
        return self->requests;
}
