/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/composer.h"
#include "gtk-ui/group-bar.h"
#include "gtk-ui/group-standing.h"
#include "gtk-ui/message-list.h"
#include "gtk-ui/request-bar.h"
#include "gtk-ui/stack.h"

struct _SmConversationPage {
        AdwBin parent;
        SmDaemon *daemon;
        SmConversation *conversation; /* NULL: nobody, or a stranger */
        char *name;         /* NULL: nobody */
        GtkWidget *header, *back, *title, *pages, *request, *group_bar, *key_changed, *messages, *composer;
};

G_DEFINE_FINAL_TYPE(SmConversationPage, sm_conversation_page, ADW_TYPE_BIN)

/* A group may have got another name. */
static void take_name(SmConversationPage *self)
{
        const char *name = self->conversation ? sm_conversation_name(self->conversation) : NULL;

        if (!name || g_strcmp0(name, self->name) == 0)
                return;
        g_free(self->name);
        self->name = g_strdup(name);
        sm_message_list_rename(SM_MESSAGE_LIST(self->messages), name);
}

static void on_conversation_changed(SmConversationPage *self)
{
        g_autofree char *of_group = group_subtitle(self->conversation);
        const char *subtitle = of_group;

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
        gtk_widget_set_sensitive(self->composer, !self->conversation || sm_conversation_can_write(self->conversation));
        take_name(self);
}

/* ---- Writing ---- */

/* What somebody writes they want to see. */
static void on_sending(SmConversationPage *self)
{
        sm_message_list_show_newest(SM_MESSAGE_LIST(self->messages));
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
        sm_message_list_set_conversation(SM_MESSAGE_LIST(self->messages), daemon, name);
        if (name)
                gtk_widget_grab_focus(self->composer);
        sm_request_bar_set_conversation(SM_REQUEST_BAR(self->request), conversation);
        sm_group_bar_set_conversation(SM_GROUP_BAR(self->group_bar), conversation);
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

static void on_jump(GtkWidget *widget, const char *action, GVariant *number)
{
        sm_message_list_jump(SM_MESSAGE_LIST(SM_CONVERSATION_PAGE(widget)->messages), g_variant_get_uint64(number));
}

/* ---- The object ---- */

static void sm_conversation_page_dispose(GObject *object)
{
        SmConversationPage *self = SM_CONVERSATION_PAGE(object);

        if (self->messages)
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
        g_type_ensure(SM_TYPE_MESSAGE_LIST);
        g_type_ensure(SM_TYPE_REQUEST_BAR);
        g_type_ensure(SM_TYPE_GROUP_BAR);
        gtk_widget_class_set_template_from_resource(
                        widget, "/org/securemessenger/SecureMessenger/conversation-page.ui");
        gtk_widget_class_bind_template_child(widget, SmConversationPage, header);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, back);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, title);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, pages);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, request);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, group_bar);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, key_changed);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, messages);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, composer);
        gtk_widget_class_bind_template_callback(widget, on_compare);
        gtk_widget_class_bind_template_callback(widget, on_sending);
        gtk_widget_class_install_action(widget, "conversation.reply", "s", on_reply);
        gtk_widget_class_install_action(widget, "conversation.edit", "s", on_edit);
        gtk_widget_class_install_action(widget, "conversation.jump", "t", on_jump);
}

static void sm_conversation_page_init(SmConversationPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}
