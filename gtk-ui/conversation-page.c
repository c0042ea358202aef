/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/composer.h"
#include "gtk-ui/history.h"
#include "gtk-ui/message-row.h"
#include "gtk-ui/request-bar.h"
#include "gtk-ui/stack.h"

enum { NEAR = 400 }; /* pixels from an end: time to load what lies beyond */

struct _SmConversationPage {
        AdwBin parent;
        SmDaemon *daemon;
        SmConversation *conversation; /* NULL: nobody, or a stranger */
        char *name;         /* NULL: nobody */
        SmHistory *history;
        guint64 marked; /* up to here the daemon was told that it is read */
        GCancellable *cancellable;
        gboolean at_end; /* the newest message is in view, and stays in view */
        GtkWidget *header, *back, *title, *pages, *request, *key_changed, *scroller, *list, *composer;
};

G_DEFINE_FINAL_TYPE(SmConversationPage, sm_conversation_page, ADW_TYPE_BIN)

/* ---- Messages ---- */

static void on_row_setup(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_list_item_set_child(item, GTK_WIDGET(sm_message_row_new()));
        gtk_list_item_set_activatable(item, FALSE);
}

static void on_row_bind(GtkListItemFactory *factory, GtkListItem *item, SmConversationPage *self)
{
        guint position = gtk_list_item_get_position(item);
        g_autoptr(SmMessage) before = NULL;

        if (position > 0 && self->history)
                before = g_list_model_get_item(G_LIST_MODEL(self->history), position - 1);
        sm_message_row_set_source(SM_MESSAGE_ROW(gtk_list_item_get_child(item)), sm_daemon_messages(self->daemon));
        sm_message_row_set_message(SM_MESSAGE_ROW(gtk_list_item_get_child(item)), gtk_list_item_get_item(item),
                                   before);
}

static void on_row_unbind(GtkListItemFactory *factory, GtkListItem *item)
{
        sm_message_row_set_message(SM_MESSAGE_ROW(gtk_list_item_get_child(item)), NULL, NULL);
}

static void on_scrolled(SmConversationPage *self, GtkAdjustment *adjustment)
{
        double value = gtk_adjustment_get_value(adjustment), page = gtk_adjustment_get_page_size(adjustment);
        double upper = gtk_adjustment_get_upper(adjustment);

        self->at_end = value + page >= upper - 1;
        if (!self->history || page <= 0)
                return;
        if (value < NEAR)
                sm_history_load_older(self->history);
        if (value + page > upper - NEAR)
                sm_history_load_newer(self->history);
}

/* The content or the window has another height. */
static void on_sized(SmConversationPage *self, GtkAdjustment *adjustment)
{
        if (self->at_end)
                gtk_adjustment_set_value(adjustment, gtk_adjustment_get_upper(adjustment) -
                                                                     gtk_adjustment_get_page_size(adjustment));
}

/* The number of the newest message that somebody here has not read, or 0. */
static guint64 newest_unread(GListModel *messages)
{
        for (guint i = g_list_model_get_n_items(messages); i > 0; i--) {
                g_autoptr(SmMessage) message = g_list_model_get_item(messages, i - 1);
                const ClientMessage *fields = sm_message_fields(message);

                if (!fields->outgoing)
                        return strcmp(fields->state, "received") == 0 ? fields->number : 0;
        }
        return 0;
}

/* Read is what is open in a window that somebody uses. */
static void mark_read(SmConversationPage *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
        MessengerMessages *messages = self->daemon ? sm_daemon_messages(self->daemon) : NULL;
        GVariantBuilder options;
        guint64 number;

        if (!messages || !self->history || !gtk_widget_get_mapped(GTK_WIDGET(self)) || !GTK_IS_WINDOW(root) ||
            !gtk_window_is_active(GTK_WINDOW(root)))
                return;
        number = newest_unread(G_LIST_MODEL(self->history));
        if (number <= self->marked)
                return;
        self->marked = number;
        g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "MarkRead",
                          g_variant_new("(sta{sv})", self->name, number, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, NULL, NULL, NULL);
}

static void on_root(SmConversationPage *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));

        if (GTK_IS_WINDOW(root))
                g_signal_connect_object(root, "notify::is-active", G_CALLBACK(mark_read), self, G_CONNECT_SWAPPED);
}

static void on_conversation_changed(SmConversationPage *self)
{
        const char *subtitle = "";

        if (self->conversation && sm_conversation_flag(self->conversation, "Typing"))
                subtitle = _("is typing…");
        else if (self->conversation && sm_conversation_flag(self->conversation, "Online"))
                subtitle = _("online");
        else if (self->conversation && sm_conversation_flag(self->conversation, "Verified"))
                subtitle = _("verified");
        adw_window_title_set_title(ADW_WINDOW_TITLE(self->title),
                                   self->conversation ? sm_conversation_title(self->conversation)
                                   : self->name       ? self->name
                                                      : "");
        adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->title), subtitle);
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->key_changed),
                                      self->conversation && sm_conversation_flag(self->conversation, "KeyChanged"));
}

/* ---- Writing ---- */

/* What somebody writes they want to see. */
static void on_sending(SmConversationPage *self)
{
        self->at_end = TRUE;
}

static void on_reply(GtkWidget *widget, const char *action, GVariant *parameter)
{
        sm_composer_reply(SM_COMPOSER(SM_CONVERSATION_PAGE(widget)->composer), g_variant_get_string(parameter, NULL));
}

static void on_edit(GtkWidget *widget, const char *action, GVariant *parameter)
{
        sm_composer_edit(SM_COMPOSER(SM_CONVERSATION_PAGE(widget)->composer), g_variant_get_string(parameter, NULL));
}

/* ---- A changed key ---- */

static void on_compared(AdwMessageDialog *dialog, const char *response, SmConversationPage *self)
{
        g_autoptr(GVariant) key = NULL;
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (strcmp(response, "accept") != 0 || !self->conversation) {
                g_variant_builder_clear(&options);
                return;
        }
        key = g_variant_ref(g_object_get_data(G_OBJECT(dialog), "key"));
        g_dbus_proxy_call(sm_conversation_proxy(self->conversation), "AcceptKey",
                          g_variant_new("(@aya{sv})", key, &options), G_DBUS_CALL_FLAGS_NONE,
                          CLIENT_CALL_TIMEOUT_MS, NULL, NULL, NULL);
}

static char *in_groups(const char *digits)
{
        GString *text = g_string_new(NULL);

        for (size_t i = 0; digits[i]; i++) {
                g_string_append_c(text, digits[i]);
                if (i % 5 == 4)
                        g_string_append_c(text, i % 20 == 19 ? '\n' : ' ');
        }
        return g_strchomp(g_string_free(text, FALSE));
}

static void on_compare(SmConversationPage *self)
{
        GtkWidget *dialog;
        GVariant *key;

        if (!self->conversation)
                return;
        key = g_dbus_proxy_get_cached_property(sm_conversation_proxy(self->conversation), "IdentityKey");
        if (!key)
                return;

        g_autofree char *digits = sm_conversation_text(self->conversation, "SafetyNumber");
        g_autofree char *groups = in_groups(digits);
        GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self)));

        dialog = adw_message_dialog_new(window, _("Is It Still Them?"), NULL);
        adw_message_dialog_format_body(ADW_MESSAGE_DIALOG(dialog),
                                       _("Ask %s for their safety number, over the telephone or face to face. It has "
                                         "to be this one:\n\n%s"),
                                       self->name, groups);
        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Not Yet"), "accept",
                                         _("_Accept the New Key"), NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "accept", ADW_RESPONSE_DESTRUCTIVE);
        /* The key that is shown is the one that is accepted, whatever comes meanwhile. */
        g_object_set_data_full(G_OBJECT(dialog), "key", key, (GDestroyNotify)g_variant_unref);
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_compared), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

/* ---- Which conversation ---- */

static void on_conversations_changed(SmConversationPage *self);

static void leave(SmConversationPage *self)
{
        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        if (self->daemon)
                g_signal_handlers_disconnect_by_func(sm_daemon_conversations(self->daemon),
                                                     G_CALLBACK(on_conversations_changed), self);
        g_clear_object(&self->conversation);
        g_clear_pointer(&self->name, g_free);
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), NULL);
        g_clear_object(&self->history);
}

static void enter(SmConversationPage *self, SmDaemon *daemon, SmConversation *conversation, const char *name)
{
        leave(self);
        g_set_object(&self->daemon, daemon);
        self->name = g_strdup(name);
        stack_show(GTK_STACK(self->pages), name ? "messages" : "nobody");
        if (conversation) {
                self->conversation = g_object_ref(conversation);
                g_signal_connect_swapped(conversation, "changed", G_CALLBACK(on_conversation_changed), self);
        }
        sm_composer_set_conversation(SM_COMPOSER(self->composer), daemon, conversation, name);
        if (name) {
                self->at_end = TRUE;
                self->marked = 0;
                self->history = sm_history_new(daemon, name);
                g_signal_connect_object(self->history, "items-changed", G_CALLBACK(mark_read), self,
                                        G_CONNECT_SWAPPED | G_CONNECT_AFTER);
                gtk_list_view_set_model(GTK_LIST_VIEW(self->list),
                                        GTK_SELECTION_MODEL(gtk_no_selection_new(
                                                        g_object_ref(G_LIST_MODEL(self->history)))));
                gtk_widget_grab_focus(self->composer);
        }
        sm_request_bar_set_conversation(SM_REQUEST_BAR(self->request), conversation);
        on_conversation_changed(self);
}

void sm_conversation_page_set_conversation(SmConversationPage *self, SmDaemon *daemon, SmConversation *conversation)
{
        if (conversation && conversation == self->conversation)
                return;
        enter(self, daemon, conversation, conversation ? sm_conversation_name(conversation) : NULL);
}

/* Somebody becomes a contact by what is written to them. */
static void on_conversations_changed(SmConversationPage *self)
{
        SmConversation *conversation = self->conversation || !self->name ? NULL : sm_daemon_find_conversation(self->daemon, self->name);

        if (conversation)
                sm_conversation_page_set_conversation(self, self->daemon, conversation);
}

void sm_conversation_page_set_stranger(SmConversationPage *self, SmDaemon *daemon, const char *name)
{
        enter(self, daemon, NULL, name);
        g_signal_connect_object(sm_daemon_conversations(daemon), "items-changed", G_CALLBACK(on_conversations_changed), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

void sm_conversation_page_set_leaflet(SmConversationPage *self, AdwLeaflet *leaflet)
{
        g_object_bind_property(leaflet, "folded", self->back, "visible", G_BINDING_SYNC_CREATE);
        g_object_bind_property(leaflet, "folded", self->header, "show-start-title-buttons", G_BINDING_SYNC_CREATE);
}

/* ---- The object ---- */

static void sm_conversation_page_dispose(GObject *object)
{
        SmConversationPage *self = SM_CONVERSATION_PAGE(object);

        if (self->list)
                leave(self);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CONVERSATION_PAGE);
        G_OBJECT_CLASS(sm_conversation_page_parent_class)->dispose(object);
}

static void sm_conversation_page_class_init(SmConversationPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_conversation_page_dispose;
        g_type_ensure(SM_TYPE_COMPOSER);
        g_type_ensure(SM_TYPE_REQUEST_BAR);
        gtk_widget_class_set_template_from_resource(
                        widget, "/org/securemessenger/SecureMessenger/conversation-page.ui");
        gtk_widget_class_bind_template_child(widget, SmConversationPage, header);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, back);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, title);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, pages);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, request);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, key_changed);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, scroller);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, list);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, composer);
        gtk_widget_class_bind_template_callback(widget, on_compare);
        gtk_widget_class_bind_template_callback(widget, on_sending);
        gtk_widget_class_install_action(widget, "conversation.reply", "s", on_reply);
        gtk_widget_class_install_action(widget, "conversation.edit", "s", on_edit);
}

static void sm_conversation_page_init(SmConversationPage *self)
{
        g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();
        GtkAdjustment *adjustment;

        gtk_widget_init_template(GTK_WIDGET(self));
        g_signal_connect(factory, "setup", G_CALLBACK(on_row_setup), NULL);
        g_signal_connect_object(factory, "bind", G_CALLBACK(on_row_bind), self, 0);
        g_signal_connect(factory, "unbind", G_CALLBACK(on_row_unbind), NULL);
        gtk_list_view_set_factory(GTK_LIST_VIEW(self->list), factory);
        g_signal_connect(self, "notify::root", G_CALLBACK(on_root), NULL);
        g_signal_connect_after(self, "map", G_CALLBACK(mark_read), NULL);
        adjustment = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(self->scroller));
        g_signal_connect_swapped(adjustment, "value-changed", G_CALLBACK(on_scrolled), self);
        g_signal_connect_swapped(adjustment, "changed", G_CALLBACK(on_sized), self);
}
