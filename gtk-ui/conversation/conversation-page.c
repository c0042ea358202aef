/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/conversation-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/compose/composer.h"
#include "gtk-ui/contact/contact-page.h"
#include "gtk-ui/conversation/group-bar.h"
#include "gtk-ui/conversation/message-list.h"
#include "gtk-ui/conversation/request-bar.h"
#include "gtk-ui/conversation/trust-bar.h"
#include "gtk-ui/group/group-page.h"
#include "gtk-ui/model/group-standing.h"
#include "gtk-ui/stack.h"

struct _SmConversationPage {
        AdwBin parent;
        SmDaemon *daemon;
        SmConversation *conversation; /* NULL: nobody, or a stranger */
        char *name;         /* NULL: nobody */
        GtkWidget *header, *back, *title, *pages, *request, *group_bar, *trust, *messages, *composer;
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
        gtk_widget_action_set_enabled(GTK_WIDGET(self), "conversation.details",
                                      self->conversation != NULL);
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

/* ---- More about it ---- */

static void on_details(GtkWidget *widget, const char *action, GVariant *parameter)
{
        SmConversationPage *self = SM_CONVERSATION_PAGE(widget);

        if (!self->conversation)
                return;
        if (sm_conversation_is_group(self->conversation))
                sm_group_page_open(GTK_WINDOW(gtk_widget_get_root(widget)), self->daemon, self->conversation);
        else
                sm_contact_page_open(widget, self->daemon, self->conversation);
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
        sm_trust_bar_set_conversation(SM_TRUST_BAR(self->trust), daemon, conversation);
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
        g_type_ensure(SM_TYPE_TRUST_BAR);
        g_type_ensure(SM_TYPE_GROUP_BAR);
        gtk_widget_class_set_template_from_resource(
                        widget, "/org/securemessenger/SecureMessenger/conversation-page.ui");
        gtk_widget_class_bind_template_child(widget, SmConversationPage, header);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, back);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, title);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, pages);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, request);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, group_bar);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, trust);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, messages);
        gtk_widget_class_bind_template_child(widget, SmConversationPage, composer);
        gtk_widget_class_bind_template_callback(widget, on_sending);
        gtk_widget_class_install_action(widget, "conversation.details", NULL, on_details);
        gtk_widget_class_install_action(widget, "conversation.reply", "s", on_reply);
        gtk_widget_class_install_action(widget, "conversation.edit", "s", on_edit);
        gtk_widget_class_install_action(widget, "conversation.jump", "t", on_jump);
}

static void sm_conversation_page_init(SmConversationPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        sm_composer_accept_drops(SM_COMPOSER(self->composer), self->pages);
}
