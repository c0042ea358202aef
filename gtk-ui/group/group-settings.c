/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/group-settings.h"

#include <string.h>

#include "gtk-ui/contact/timer-row.h"
#include "gtk-ui/model/group-standing.h"

struct _SmGroupSettings {
        AdwBin parent;
        SmConversation *conversation;
        char *name_shown; /* what the entry had at first: what somebody writes there meanwhile is left alone */
        GtkWidget *name, *timer, *keys, *renew, *rejoin, *end, *leave, *delete;
};

G_DEFINE_FINAL_TYPE(SmGroupSettings, sm_group_settings, ADW_TYPE_BIN)

static guint change_signal;

static void show_name(SmGroupSettings *self)
{
        g_autofree char *name = sm_conversation_text(self->conversation, "Name");

        if (g_strcmp0(name, self->name_shown) == 0)
                return;
        if (!self->name_shown || strcmp(gtk_editable_get_text(GTK_EDITABLE(self->name)), self->name_shown) == 0)
                gtk_editable_set_text(GTK_EDITABLE(self->name), name);
        g_free(self->name_shown);
        self->name_shown = g_steal_pointer(&name);
}

static void update(SmGroupSettings *self)
{
        const GroupStanding standing = group_standing(self->conversation);
        const gboolean is_in = standing == GROUP_STANDING_MEMBER, is_lost = standing == GROUP_STANDING_LOST;
        const gboolean is_admin = group_is_ours(self->conversation);

        show_name(self);
        gtk_editable_set_editable(GTK_EDITABLE(self->name), is_admin);
        adw_entry_row_set_show_apply_button(ADW_ENTRY_ROW(self->name), is_admin);
        gtk_widget_set_sensitive(self->timer, is_admin);
        gtk_widget_set_visible(self->renew, is_in);
        gtk_widget_set_visible(self->rejoin, is_in || is_lost);
        gtk_widget_set_visible(self->keys, is_in || is_lost);
        gtk_widget_set_visible(self->leave, is_in || is_lost || standing == GROUP_STANDING_INVITED);
        gtk_widget_set_visible(self->delete, is_admin);
        gtk_widget_action_set_enabled(GTK_WIDGET(self), "group.rename", is_admin);
        gtk_widget_action_set_enabled(GTK_WIDGET(self), "group.delete", is_admin);
        gtk_widget_set_visible(self->end, gtk_widget_get_visible(self->leave));
}

static void change(SmGroupSettings *self, const char *method, GVariant *arguments)
{
        g_signal_emit(self, change_signal, 0, method, arguments);
}

static void on_rename(SmGroupSettings *self)
{
        g_autofree char *name = g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->name)));

        change(self, "Rename", g_variant_new("(sa{sv})", g_strstrip(name), NULL));
}

static void on_rename_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
        on_rename(SM_GROUP_SETTINGS(widget));
}

/* Those that need nothing but to be wanted. */
static const struct {
        const char *action, *method;
} plain[] = {
                {"group.renew", "Renew"},
                {"group.rejoin", "Rejoin"},
                {"group.leave", "Leave"},
                {"group.delete", "Delete"},
};

static void on_plain(GtkWidget *widget, const char *action, GVariant *parameter)
{
        for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
                if (strcmp(plain[i].action, action) == 0)
                        change(SM_GROUP_SETTINGS(widget), plain[i].method, g_variant_new("(a{sv})", NULL));
}

static void sm_group_settings_dispose(GObject *object)
{
        SmGroupSettings *self = SM_GROUP_SETTINGS(object);

        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_clear_object(&self->conversation);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_GROUP_SETTINGS);
        G_OBJECT_CLASS(sm_group_settings_parent_class)->dispose(object);
}

static void sm_group_settings_finalize(GObject *object)
{
        g_free(SM_GROUP_SETTINGS(object)->name_shown);
        G_OBJECT_CLASS(sm_group_settings_parent_class)->finalize(object);
}

static void sm_group_settings_class_init(SmGroupSettingsClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_group_settings_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_group_settings_finalize;
        change_signal = g_signal_new("change", SM_TYPE_GROUP_SETTINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
        g_type_ensure(SM_TYPE_TIMER_ROW);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/group-settings.ui");
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, name);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, timer);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, keys);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, renew);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, rejoin);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, end);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, leave);
        gtk_widget_class_bind_template_child(widget, SmGroupSettings, delete);
        gtk_widget_class_bind_template_callback(widget, on_rename);
        gtk_widget_class_install_action(widget, "group.rename", NULL, on_rename_action);
        for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
                gtk_widget_class_install_action(widget, plain[i].action, NULL, on_plain);
}

static void sm_group_settings_init(SmGroupSettings *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_group_settings_set_conversation(SmGroupSettings *self, SmConversation *conversation)
{
        g_set_object(&self->conversation, conversation);
        g_signal_connect_swapped(conversation, "changed", G_CALLBACK(update), self);
        sm_timer_row_set_conversation(SM_TIMER_ROW(self->timer), conversation);
        update(self);
}
