/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/request-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/list/preview.h"
#include "gtk-ui/model/conversation-calls.h"
#include "gtk-ui/wording.h"

struct _SmRequestRow {
        GtkWidget parent;
        SmConversation *conversation;
        GtkWidget *box, *avatar, *name, *time, *preview, *block, *decline;
};

G_DEFINE_FINAL_TYPE(SmRequestRow, sm_request_row, GTK_TYPE_WIDGET)

static char *describe(SmConversation *conversation)
{
        g_autofree char *inviter = NULL, *name = NULL;

        if (!sm_conversation_is_group(conversation))
                return preview_text(conversation);
        inviter = sm_conversation_text(conversation, "Inviter");
        name = wording_isolated(inviter);
        return g_strdup_printf(_("%s has added you to this group."), name);
}

static void update(SmRequestRow *self)
{
        SmMessage *newest = sm_conversation_newest(self->conversation);
        g_autofree char *time = wording_short_time(newest ? sm_message_fields(newest)->time : 0);
        g_autofree char *preview = describe(self->conversation);
        g_autofree char *title = wording_one_line(sm_conversation_title(self->conversation));
        gboolean is_group = sm_conversation_is_group(self->conversation);

        adw_avatar_set_text(ADW_AVATAR(self->avatar), title);
        gtk_label_set_text(GTK_LABEL(self->name), title);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
        gtk_label_set_text(GTK_LABEL(self->time), time);
        gtk_label_set_text(GTK_LABEL(self->preview), preview);
        gtk_widget_set_visible(self->block, !is_group);
        gtk_button_set_label(GTK_BUTTON(self->decline), is_group ? _("_Leave") : _("_Decline"));
}

static void on_accept(SmRequestRow *self)
{
        contact_call_plain(GTK_WIDGET(self), self->conversation, "Accept", NULL);
}

static void on_decline(SmRequestRow *self)
{
        contact_call_plain(GTK_WIDGET(self), self->conversation,
                           sm_conversation_is_group(self->conversation) ? "Leave" : "Decline", NULL);
}

static void on_block(SmRequestRow *self)
{
        conversation_ask_to_block(GTK_WIDGET(self), self->conversation);
}

static void sm_request_row_dispose(GObject *object)
{
        SmRequestRow *self = SM_REQUEST_ROW(object);

        sm_request_row_set_conversation(self, NULL);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_REQUEST_ROW);
        G_OBJECT_CLASS(sm_request_row_parent_class)->dispose(object);
}

static void sm_request_row_class_init(SmRequestRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_request_row_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/request-row.ui");
        gtk_widget_class_bind_template_child(widget, SmRequestRow, box);
        gtk_widget_class_bind_template_child(widget, SmRequestRow, avatar);
        gtk_widget_class_bind_template_child(widget, SmRequestRow, name);
        gtk_widget_class_bind_template_child(widget, SmRequestRow, time);
        gtk_widget_class_bind_template_child(widget, SmRequestRow, preview);
        gtk_widget_class_bind_template_child(widget, SmRequestRow, block);
        gtk_widget_class_bind_template_child(widget, SmRequestRow, decline);
        gtk_widget_class_bind_template_callback(widget, on_accept);
        gtk_widget_class_bind_template_callback(widget, on_decline);
        gtk_widget_class_bind_template_callback(widget, on_block);
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void sm_request_row_init(SmRequestRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmRequestRow *sm_request_row_new(void)
{
        return g_object_new(SM_TYPE_REQUEST_ROW, NULL);
}

void sm_request_row_set_conversation(SmRequestRow *self, SmConversation *conversation)
{
        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_set_object(&self->conversation, conversation);
        if (!conversation)
                return;
        g_signal_connect_swapped(conversation, "changed", G_CALLBACK(update), self);
        update(self);
}
