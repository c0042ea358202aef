/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/group/group-member-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/wording.h"

struct _SmGroupMemberRow {
        GtkWidget parent;
        SmGroupMember *member;
        GtkWidget *box, *avatar, *name, *key, *role, *menu;
};

G_DEFINE_FINAL_TYPE(SmGroupMemberRow, sm_group_member_row, GTK_TYPE_WIDGET)

static guint chosen_signal;

static const char *key_words(GroupMemberKey key)
{
        switch (key) {
        case GROUP_MEMBER_UNKNOWN:
                return _("None of your contacts");
        case GROUP_MEMBER_KNOWN:
                return _("Not verified");
        case GROUP_MEMBER_VERIFIED:
                return _("Verified");
        case GROUP_MEMBER_OTHER:
                return _("Not the key that you know of them: this may be somebody else");
        case GROUP_MEMBER_SELF:
                return _("You");
        }
        return "";
}

static void update(SmGroupMemberRow *self)
{
        GtkWidget *widget = GTK_WIDGET(self);
        const gboolean is_self = sm_group_member_key(self->member) == GROUP_MEMBER_SELF;
        const gboolean is_admin = sm_group_member_is_admin(self->member), is_ours = sm_group_member_is_ours(self->member);
        g_autofree char *name = wording_one_line(sm_group_member_name(self->member));

        adw_avatar_set_text(ADW_AVATAR(self->avatar), name);
        gtk_label_set_text(GTK_LABEL(self->name), name);
        gtk_label_set_text(GTK_LABEL(self->key), key_words(sm_group_member_key(self->member)));
        gtk_widget_set_css_classes(self->key, sm_group_member_key(self->member) == GROUP_MEMBER_OTHER
                                                              ? (const char *[]){"caption", "warning", NULL}
                                                              : (const char *[]){"caption", "dim-label", NULL});
        gtk_widget_set_visible(self->role, is_admin);
        gtk_widget_action_set_enabled(widget, "member.write", !is_self);
        gtk_widget_action_set_enabled(widget, "member.promote", is_ours && !is_admin);
        gtk_widget_action_set_enabled(widget, "member.demote", is_ours && is_admin);
        gtk_widget_action_set_enabled(widget, "member.remove", is_ours && !is_self);
        gtk_widget_set_visible(self->menu, !is_self || is_ours);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void on_action(GtkWidget *widget, const char *action, GVariant *parameter)
{
        g_signal_emit(widget, chosen_signal, 0, SM_GROUP_MEMBER_ROW(widget)->member, action + strlen("member."));
}

static void sm_group_member_row_dispose(GObject *object)
{
        SmGroupMemberRow *self = SM_GROUP_MEMBER_ROW(object);

        sm_group_member_row_set_member(self, NULL);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_GROUP_MEMBER_ROW);
        G_OBJECT_CLASS(sm_group_member_row_parent_class)->dispose(object);
}

static void sm_group_member_row_class_init(SmGroupMemberRowClass *class)
{
        static const char *const actions[] = {"member.write", "member.promote", "member.demote", "member.remove"};
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_group_member_row_dispose;
        chosen_signal = g_signal_new("chosen", SM_TYPE_GROUP_MEMBER_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 2, SM_TYPE_GROUP_MEMBER, G_TYPE_STRING);
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/group-member-row.ui");
        gtk_widget_class_bind_template_child(widget, SmGroupMemberRow, box);
        gtk_widget_class_bind_template_child(widget, SmGroupMemberRow, avatar);
        gtk_widget_class_bind_template_child(widget, SmGroupMemberRow, name);
        gtk_widget_class_bind_template_child(widget, SmGroupMemberRow, key);
        gtk_widget_class_bind_template_child(widget, SmGroupMemberRow, role);
        gtk_widget_class_bind_template_child(widget, SmGroupMemberRow, menu);
        for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
                gtk_widget_class_install_action(widget, actions[i], NULL, on_action);
}

static void sm_group_member_row_init(SmGroupMemberRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmGroupMemberRow *sm_group_member_row_new(void)
{
        return g_object_new(SM_TYPE_GROUP_MEMBER_ROW, NULL);
}

void sm_group_member_row_set_member(SmGroupMemberRow *self, SmGroupMember *member)
{
        if (self->member)
                g_signal_handlers_disconnect_by_data(self->member, self);
        g_set_object(&self->member, member);
        if (!member)
                return;
        g_signal_connect_swapped(member, "changed", G_CALLBACK(update), self);
        update(self);
}
