/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/contact-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/contact/contact-privacy.h"
#include "gtk-ui/contact/session-row.h"
#include "gtk-ui/contact/timer-row.h"
#include "gtk-ui/contact/trust-words.h"
#include "gtk-ui/contact/verification-page.h"
#include "gtk-ui/model/conversation-calls.h"

struct _SmContactPage {
        AdwPreferencesWindow parent;
        SmDaemon *daemon;
        SmConversation *contact;
        gboolean is_self; /* one's own notes */
        GtkWidget *avatar, *name, *presence, *security, *trust, *trust_icon, *session, *timer, *mute, *pin, *privacy;
        GtkWidget *ending, *block, *unblock;
};

G_DEFINE_FINAL_TYPE(SmContactPage, sm_contact_page, ADW_TYPE_PREFERENCES_WINDOW)

/* ---- What is shown ---- */

static const char *presence_words(SmContactPage *self, const char *relation)
{
        if (self->is_self)
                return _("Notes to yourself");
        if (strcmp(relation, "blocked") == 0)
                return _("Blocked");
        if (sm_conversation_flag(self->contact, "AccountDeleted"))
                return _("Has deleted their account");
        if (strcmp(relation, "request") == 0)
                return _("Not accepted yet");
        if (strcmp(relation, "declined") == 0)
                return _("Declined");
        if (sm_conversation_flag(self->contact, "Typing"))
                return _("is typing…");
        return sm_conversation_flag(self->contact, "Online") ? _("online") : "";
}

static void show_switch(SmContactPage *self, GtkWidget *widget, const char *property)
{
        gtk_switch_set_active(GTK_SWITCH(widget), sm_conversation_flag(self->contact, property));
}

static void update(SmContactPage *self)
{
        g_autofree char *relation = sm_conversation_text(self->contact, "Relation");
        g_autofree char *trust = trust_words(self->contact);
        gboolean is_accepted = strcmp(relation, "accepted") == 0, is_blocked = strcmp(relation, "blocked") == 0;
        const char *presence = presence_words(self, relation);

        gtk_label_set_text(GTK_LABEL(self->presence), presence);
        gtk_widget_set_visible(self->presence, *presence != 0);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->trust), trust);
        gtk_image_set_from_icon_name(GTK_IMAGE(self->trust_icon), trust_icon_name(self->contact));
        show_switch(self, self->mute, "Muted");
        show_switch(self, self->pin, "Pinned");
        gtk_widget_set_sensitive(self->timer, is_accepted);
        gtk_widget_set_visible(self->privacy, is_accepted && !self->is_self);
        gtk_widget_set_visible(self->block, !is_blocked);
        gtk_widget_set_visible(self->unblock, is_blocked);
}

/* ---- What is done ---- */

static void on_written(GtkWidget *widget, gboolean is_done)
{
        SmContactPage *self = SM_CONTACT_PAGE(widget);

        if (!is_done && self->contact)
                update(self);
}

static void write_switch(SmContactPage *self, GtkWidget *widget, const char *property)
{
        gboolean is_active = gtk_switch_get_active(GTK_SWITCH(widget));

        if (self->contact && is_active != sm_conversation_flag(self->contact, property))
                contact_call_set(GTK_WIDGET(self), self->contact, property, g_variant_new_boolean(is_active), on_written);
}

static void on_mute(SmContactPage *self)
{
        write_switch(self, self->mute, "Muted");
}

static void on_pin(SmContactPage *self)
{
        write_switch(self, self->pin, "Pinned");
}

static void on_trust(SmContactPage *self)
{
        sm_verification_page_open(GTK_WIDGET(self), self->daemon, self->contact);
}

static void on_block(SmContactPage *self)
{
        conversation_ask_to_block(GTK_WIDGET(self), self->contact);
}

static void on_unblock(SmContactPage *self)
{
        contact_call_plain(GTK_WIDGET(self), self->contact, "Unblock", NULL);
}

/* ---- The object ---- */

static void sm_contact_page_dispose(GObject *object)
{
        SmContactPage *self = SM_CONTACT_PAGE(object);

        if (self->contact)
                g_signal_handlers_disconnect_by_data(self->contact, self);
        g_clear_object(&self->contact);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CONTACT_PAGE);
        G_OBJECT_CLASS(sm_contact_page_parent_class)->dispose(object);
}

static void sm_contact_page_class_init(SmContactPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_contact_page_dispose;
        g_type_ensure(SM_TYPE_CONTACT_PRIVACY);
        g_type_ensure(SM_TYPE_SESSION_ROW);
        g_type_ensure(SM_TYPE_TIMER_ROW);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/contact-page.ui");
        gtk_widget_class_bind_template_child(widget, SmContactPage, avatar);
        gtk_widget_class_bind_template_child(widget, SmContactPage, name);
        gtk_widget_class_bind_template_child(widget, SmContactPage, presence);
        gtk_widget_class_bind_template_child(widget, SmContactPage, security);
        gtk_widget_class_bind_template_child(widget, SmContactPage, trust);
        gtk_widget_class_bind_template_child(widget, SmContactPage, trust_icon);
        gtk_widget_class_bind_template_child(widget, SmContactPage, session);
        gtk_widget_class_bind_template_child(widget, SmContactPage, timer);
        gtk_widget_class_bind_template_child(widget, SmContactPage, mute);
        gtk_widget_class_bind_template_child(widget, SmContactPage, pin);
        gtk_widget_class_bind_template_child(widget, SmContactPage, privacy);
        gtk_widget_class_bind_template_child(widget, SmContactPage, ending);
        gtk_widget_class_bind_template_child(widget, SmContactPage, block);
        gtk_widget_class_bind_template_child(widget, SmContactPage, unblock);
        gtk_widget_class_bind_template_callback(widget, on_trust);
        gtk_widget_class_bind_template_callback(widget, on_mute);
        gtk_widget_class_bind_template_callback(widget, on_pin);
        gtk_widget_class_bind_template_callback(widget, on_block);
        gtk_widget_class_bind_template_callback(widget, on_unblock);
}

static void sm_contact_page_init(SmContactPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_contact_page_open(GtkWidget *from, SmDaemon *daemon, SmConversation *contact)
{
        SmContactPage *self = g_object_new(SM_TYPE_CONTACT_PAGE, "transient-for", gtk_widget_get_root(from), NULL);
        const char *title = sm_conversation_title(contact);

        self->daemon = g_object_ref(daemon);
        self->contact = g_object_ref(contact);
        self->is_self = strcmp(sm_conversation_name(contact), sm_daemon_user_name(daemon)) == 0;
        adw_avatar_set_text(ADW_AVATAR(self->avatar), title);
        gtk_label_set_text(GTK_LABEL(self->name), title);
        gtk_widget_set_visible(self->security, !self->is_self);
        gtk_widget_set_visible(self->ending, !self->is_self);
        gtk_widget_set_visible(self->timer, !self->is_self);
        sm_session_row_set_contact(SM_SESSION_ROW(self->session), contact);
        sm_timer_row_set_conversation(SM_TIMER_ROW(self->timer), contact);
        sm_contact_privacy_set_contact(SM_CONTACT_PRIVACY(self->privacy), contact);
        g_signal_connect_swapped(contact, "changed", G_CALLBACK(update), self);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(gtk_window_destroy), self, G_CONNECT_SWAPPED);
        update(self);
        gtk_window_present(GTK_WINDOW(self));
}
