/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/search-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "gtk-ui/list/conversation-row.h"
#include "gtk-ui/list/search-row.h"

enum {
        CONVERSATIONS_SHOWN = 20,
        PAGE = 30,
        MESSAGES_SHOWN = 600, /* whoever has not found it by then needs another word */
        EMPTY_PAGES_MAX = 20, /* an answer may be empty though there is more: the daemon stops where it gets hard */
};

struct _SmSearchPage {
        AdwBin parent;
        SmDaemon *daemon; /* borrowed: it outlives the window */
        GtkFilter *filter;
        char *words, *folded;
        GCancellable *cancellable; /* of the words that are looked for now */
        guint64 next;
        guint shown, empty_pages;
        GtkWidget *conversations_title, *conversations, *messages_title, *messages, *more, *said;
};

G_DEFINE_FINAL_TYPE(SmSearchPage, sm_search_page, ADW_TYPE_BIN)

enum { OPENED, FOUND, SIGNALS };
static guint signals[SIGNALS];

/* ---- Conversations ---- */

static gboolean matches(gpointer item, gpointer userdata)
{
        SmSearchPage *self = userdata;
        g_autofree char *title = NULL;

        if (!*self->folded)
                return FALSE;
        title = g_utf8_casefold(sm_conversation_title(item), -1);
        return strstr(title, self->folded) != NULL;
}

static GtkWidget *make_conversation(gpointer item, gpointer userdata)
{
        GtkWidget *row = gtk_list_box_row_new();
        SmConversationRow *child = sm_conversation_row_new();

        sm_conversation_row_set_conversation(child, item);
        gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), GTK_WIDGET(child));
        return row;
}

static void on_conversation_activated(SmSearchPage *self, GtkListBoxRow *row)
{
        SmConversationRow *child = SM_CONVERSATION_ROW(gtk_list_box_row_get_child(row));

        g_signal_emit(self, signals[OPENED], 0, sm_conversation_row_conversation(child));
}

static void on_conversations_changed(SmSearchPage *self, guint position, guint removed, guint added, GListModel *model)
{
        gtk_widget_set_visible(self->conversations_title, g_list_model_get_n_items(model) > 0);
}

/* ---- Messages ---- */

static void on_results(GObject *source, GAsyncResult *result, gpointer userdata);

static void ask(SmSearchPage *self)
{
        MessengerMessages *messages = sm_daemon_messages(self->daemon);
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        gtk_widget_set_visible(self->more, FALSE);
        if (!messages) {
                g_variant_builder_clear(&options);
                return;
        }
        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(PAGE));
        if (self->next > 0)
                g_variant_builder_add(&options, "{sv}", "before", g_variant_new_uint64(self->next));
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "Search", g_variant_new("(sa{sv})", self->words, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_results, self);
}

static void say(SmSearchPage *self, const char *text)
{
        gtk_label_set_text(GTK_LABEL(self->said), text);
        gtk_widget_set_visible(self->said, *text != '\0');
}

static void show_results(SmSearchPage *self, GVariant *results)
{
        for (gsize i = 0; i < g_variant_n_children(results); i++) {
                g_autoptr(GVariant) found = g_variant_get_child_value(results, i);

                gtk_list_box_append(GTK_LIST_BOX(self->messages), GTK_WIDGET(sm_search_row_new(self->daemon, found)));
                self->shown++;
        }
        gtk_widget_set_visible(self->messages_title, self->shown > 0);
}

static void on_results(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) results = NULL;
        g_autofree char *problem = NULL;
        SmSearchPage *self = userdata;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        if (!reply) {
                problem = client_failure_describe(error);
                say(self, problem);
                return;
        }
        g_variant_get(reply, "(@aa{sv}t)", &results, &self->next);
        show_results(self, results);
        if (g_variant_n_children(results) == 0 && self->next > 0 && self->empty_pages++ < EMPTY_PAGES_MAX) {
                ask(self);
                return;
        }
        say(self, self->shown == 0 && !gtk_widget_get_visible(self->conversations_title) ? _("Nothing found") : "");
        gtk_widget_set_visible(self->more, self->next > 0 && self->shown < MESSAGES_SHOWN);
}

static void on_more(SmSearchPage *self)
{
        self->empty_pages = 0;
        ask(self);
}

static void on_message_activated(SmSearchPage *self, GtkListBoxRow *row)
{
        SmSearchRow *found = SM_SEARCH_ROW(row);
        const char *name = sm_search_row_conversation(found);
        SmConversation *conversation = name ? sm_daemon_find_conversation(self->daemon, name) : NULL;

        if (conversation)
                g_signal_emit(self, signals[FOUND], 0, conversation, sm_search_row_number(found));
}

void sm_search_page_set_words(SmSearchPage *self, const char *words)
{
        GtkWidget *row;

        g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_free(self->words);
        g_free(self->folded);
        self->words = g_strstrip(g_strdup(words));
        self->folded = g_utf8_casefold(self->words, -1);
        self->next = 0;
        self->shown = self->empty_pages = 0;
        gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
        while ((row = gtk_widget_get_first_child(self->messages)))
                gtk_list_box_remove(GTK_LIST_BOX(self->messages), row);
        gtk_widget_set_visible(self->messages_title, FALSE);
        gtk_widget_set_visible(self->more, FALSE);
        say(self, "");
        if (!*self->words)
                return;
        self->cancellable = g_cancellable_new();
        ask(self);
}

/* ---- The object ---- */

static void sm_search_page_dispose(GObject *object)
{
        SmSearchPage *self = SM_SEARCH_PAGE(object);

        g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_SEARCH_PAGE);
        g_clear_object(&self->filter);
        G_OBJECT_CLASS(sm_search_page_parent_class)->dispose(object);
}

static void sm_search_page_finalize(GObject *object)
{
        g_free(SM_SEARCH_PAGE(object)->words);
        g_free(SM_SEARCH_PAGE(object)->folded);
        G_OBJECT_CLASS(sm_search_page_parent_class)->finalize(object);
}

static void sm_search_page_class_init(SmSearchPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_search_page_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_search_page_finalize;
        signals[OPENED] = g_signal_new("opened", SM_TYPE_SEARCH_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, SM_TYPE_CONVERSATION);
        signals[FOUND] = g_signal_new("found", SM_TYPE_SEARCH_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 2, SM_TYPE_CONVERSATION, G_TYPE_UINT64);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/search-page.ui");
        gtk_widget_class_bind_template_child(widget, SmSearchPage, conversations_title);
        gtk_widget_class_bind_template_child(widget, SmSearchPage, conversations);
        gtk_widget_class_bind_template_child(widget, SmSearchPage, messages_title);
        gtk_widget_class_bind_template_child(widget, SmSearchPage, messages);
        gtk_widget_class_bind_template_child(widget, SmSearchPage, more);
        gtk_widget_class_bind_template_child(widget, SmSearchPage, said);
        gtk_widget_class_bind_template_callback(widget, on_conversation_activated);
        gtk_widget_class_bind_template_callback(widget, on_message_activated);
        gtk_widget_class_bind_template_callback(widget, on_more);
}

static void sm_search_page_init(SmSearchPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        self->words = g_strdup("");
        self->folded = g_strdup("");
        self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
}

void sm_search_page_set_daemon(SmSearchPage *self, SmDaemon *daemon, GListModel *conversations)
{
        GtkFilterListModel *filtered = gtk_filter_list_model_new(g_object_ref(conversations), g_object_ref(self->filter));
        g_autoptr(GtkSliceListModel) first = gtk_slice_list_model_new(G_LIST_MODEL(filtered), 0, CONVERSATIONS_SHOWN);

        self->daemon = daemon;
        gtk_list_box_bind_model(GTK_LIST_BOX(self->conversations), G_LIST_MODEL(first), make_conversation, NULL, NULL);
        g_signal_connect_object(first, "items-changed", G_CALLBACK(on_conversations_changed), self, G_CONNECT_SWAPPED);
}
