/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/conversation-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>

#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/list/conversation-menu.h"
#include "gtk-ui/list/preview.h"
#include "gtk-ui/model/conversation-calls.h"
#include "gtk-ui/wording.h"

enum { UNREAD_SHOWN = 999 };

struct _SmConversationRow {
        GtkWidget parent;
        SmConversation *conversation;
        GtkWidget *box, *avatar, *online, *name, *verified, *warning, *muted, *pinned, *time, *preview, *unread;
        GtkWidget *menu; /* NULL until it is wanted */
};

G_DEFINE_FINAL_TYPE(SmConversationRow, sm_conversation_row, GTK_TYPE_WIDGET)

static void update(SmConversationRow *self)
{
        g_autofree char *title = wording_one_line(sm_conversation_title(self->conversation));
        guint64 unread = sm_conversation_number(self->conversation, "Unread");
        SmMessage *newest = sm_conversation_newest(self->conversation);
        g_autofree char *time = wording_short_time(newest ? sm_message_fields(newest)->time : 0);
        g_autofree char *preview = preview_text(self->conversation);
        g_autofree char *count = unread > UNREAD_SHOWN ? g_strdup_printf("%d+", UNREAD_SHOWN)
                                                       : g_strdup_printf("%" G_GUINT64_FORMAT, unread);
        g_autofree char *spoken = NULL;

        adw_avatar_set_text(ADW_AVATAR(self->avatar), title);
        gtk_label_set_text(GTK_LABEL(self->name), title);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
        gtk_label_set_text(GTK_LABEL(self->time), time);
        gtk_label_set_text(GTK_LABEL(self->preview), preview);
        /* A mark without a number is a dot. */
        if (unread > 0)
                gtk_widget_remove_css_class(self->unread, "marked");
        else
                gtk_widget_add_css_class(self->unread, "marked");
        gtk_label_set_text(GTK_LABEL(self->unread), unread > 0 ? count : "");
        gtk_widget_set_visible(self->unread, unread > 0 || sm_conversation_flag(self->conversation, "MarkedUnread"));
        spoken = unread > 0 ? g_strdup_printf(ngettext("%" PRIu64 " unread message", "%" PRIu64 " unread messages", unread), unread)
                            : g_strdup(_("Marked as unread"));
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->unread), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
        gtk_widget_set_visible(self->verified, sm_conversation_flag(self->conversation, "Verified"));
        gtk_widget_set_visible(self->warning, sm_conversation_flag(self->conversation, "KeyChanged"));
        gtk_widget_set_visible(self->muted, sm_conversation_flag(self->conversation, "Muted"));
        gtk_widget_set_visible(self->pinned, sm_conversation_flag(self->conversation, "Pinned"));
        gtk_widget_set_visible(self->online, sm_conversation_flag(self->conversation, "Online"));
}

/* ---- The menu ---- */

void sm_conversation_row_open_menu(SmConversationRow *self)
{
        g_autoptr(GMenuModel) model = NULL;

        if (!self->conversation)
                return;
        model = conversation_menu_new(self->conversation);
        if (!self->menu) {
                self->menu = gtk_popover_menu_new_from_model(NULL);
                gtk_widget_set_parent(self->menu, GTK_WIDGET(self));
                gtk_popover_set_has_arrow(GTK_POPOVER(self->menu), FALSE);
        }
        gtk_popover_menu_set_menu_model(GTK_POPOVER_MENU(self->menu), model);
        gtk_popover_popup(GTK_POPOVER(self->menu));
}

static void point_at(SmConversationRow *self, double x, double y)
{
        sm_conversation_row_open_menu(self);
        if (self->menu)
                gtk_popover_set_pointing_to(GTK_POPOVER(self->menu), &(GdkRectangle){(int)x, (int)y, 1, 1});
}

static void on_pressed(SmConversationRow *self, int times, double x, double y, GtkGesture *gesture)
{
        gtk_gesture_set_state(gesture, GTK_EVENT_SEQUENCE_CLAIMED);
        point_at(self, x, y);
}

static void on_held(SmConversationRow *self, double x, double y, GtkGesture *gesture)
{
        gtk_gesture_set_state(gesture, GTK_EVENT_SEQUENCE_CLAIMED);
        point_at(self, x, y);
}

static void on_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
        SmConversationRow *self = SM_CONVERSATION_ROW(widget);
        const char *property;
        gboolean value;

        if (!self->conversation)
                return;
        if (strcmp(action, "row.set") == 0) {
                g_variant_get(parameter, "(&sb)", &property, &value);
                contact_call_set(widget, self->conversation, property, g_variant_new_boolean(value), NULL);
        } else if (strcmp(action, "row.call") == 0) {
                contact_call_plain(widget, self->conversation, g_variant_get_string(parameter, NULL), NULL);
        } else if (strcmp(action, "row.read") == 0) {
                conversation_mark_read(widget, self->conversation);
        } else if (strcmp(action, "row.block") == 0) {
                conversation_ask_to_block(widget, self->conversation);
        } else if (strcmp(action, "row.details") == 0) {
                gtk_widget_activate_action(widget, "list.details", "s", sm_conversation_name(self->conversation));
        } else if (strcmp(action, "row.menu") == 0) {
                sm_conversation_row_open_menu(self);
        }
}

/* ---- The object ---- */

static void sm_conversation_row_dispose(GObject *object)
{
        SmConversationRow *self = SM_CONVERSATION_ROW(object);

        sm_conversation_row_set_conversation(self, NULL);
        g_clear_pointer(&self->menu, gtk_widget_unparent);
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
        gtk_widget_class_bind_template_child(widget, SmConversationRow, online);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, name);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, verified);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, warning);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, muted);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, pinned);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, time);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, preview);
        gtk_widget_class_bind_template_child(widget, SmConversationRow, unread);
        gtk_widget_class_bind_template_callback(widget, on_pressed);
        gtk_widget_class_bind_template_callback(widget, on_held);
        gtk_widget_class_install_action(widget, "row.set", "(sb)", on_action);
        gtk_widget_class_install_action(widget, "row.call", "s", on_action);
        gtk_widget_class_install_action(widget, "row.read", NULL, on_action);
        gtk_widget_class_install_action(widget, "row.block", NULL, on_action);
        gtk_widget_class_install_action(widget, "row.details", NULL, on_action);
        gtk_widget_class_install_action(widget, "row.menu", NULL, on_action);
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void sm_conversation_row_init(SmConversationRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmConversation *sm_conversation_row_conversation(SmConversationRow *self)
{
        return self->conversation;
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
