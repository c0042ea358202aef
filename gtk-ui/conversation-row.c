/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "gtk-ui/preview.h"
#include "gtk-ui/wording.h"

struct _SmConversationRow {
        GtkWidget parent;
        SmConversation *conversation;
        GtkWidget *box, *avatar, *name, *verified, *warning, *muted, *time, *preview, *unread;
};

G_DEFINE_FINAL_TYPE(SmConversationRow, sm_conversation_row, GTK_TYPE_WIDGET)

static void update(SmConversationRow *self)
{
        const char *title = sm_conversation_title(self->conversation);
        guint64 unread = sm_conversation_number(self->conversation, "Unread");
        SmMessage *newest = sm_conversation_newest(self->conversation);
        g_autofree char *time = wording_short_time(newest ? sm_message_fields(newest)->time : 0);
        g_autofree char *preview = preview_text(self->conversation);
        g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, unread);

        adw_avatar_set_text(ADW_AVATAR(self->avatar), title);
        gtk_label_set_text(GTK_LABEL(self->name), title);
        gtk_label_set_text(GTK_LABEL(self->time), time);
        gtk_label_set_text(GTK_LABEL(self->preview), preview);
        gtk_label_set_text(GTK_LABEL(self->unread), count);
        gtk_widget_set_visible(self->unread, unread > 0);
        gtk_widget_set_visible(self->verified, sm_conversation_flag(self->conversation, "Verified"));
        gtk_widget_set_visible(self->warning, sm_conversation_flag(self->conversation, "KeyChanged"));
        gtk_widget_set_visible(self->muted, sm_conversation_flag(self->conversation, "Muted"));
}

static void sm_conversation_row_dispose(GObject *object)
{
        SmConversationRow *self = SM_CONVERSATION_ROW(object);

        sm_conversation_row_set_conversation(self, NULL);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CONVERSATION_ROW);
        G_OBJECT_CLASS(sm_conversation_row_parent_class)->dispose(object);
}

static void sm_conversation_row_class_init(SmConversationRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_conversation_row_dispose;
        gtk_widget_class_set_template_from_resource(
                        widget, "/org/securemessenger/SecureMessenger/conversation-row.ui");
        gtk_widget_class_bind_template_child(widget, SmConversationRow, box);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, avatar);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, name);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, verified);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, warning);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, muted);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, time);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, preview);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, unread);
}

static void sm_conversation_row_init(SmConversationRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmConversationRow *sm_conversation_row_new(void)
{
        return g_object_new(SM_TYPE_CONVERSATION_ROW, NULL);
}

void sm_conversation_row_set_conversation(SmConversationRow *self, SmConversation *conversation)
{
        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_set_object(&self->conversation, conversation);
        if (!conversation)
                return;
        g_signal_connect_swapped(conversation, "changed", G_CALLBACK(update), self);
        update(self);
}
