/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/password-row.h"

struct _SmPasswordRow {
        AdwPreferencesRow parent;
        GtkWidget *entry;
};

G_DEFINE_FINAL_TYPE(SmPasswordRow, sm_password_row, ADW_TYPE_PREFERENCES_ROW)

enum { CHANGED, ACTIVATED, SIGNALS };
static guint signals[SIGNALS];

GtkEditable *sm_password_row_editable(SmPasswordRow *self)
{
        return GTK_EDITABLE(self->entry);
}

void sm_password_row_focus(SmPasswordRow *self)
{
        gtk_widget_grab_focus(self->entry);
}

static void on_changed(SmPasswordRow *self)
{
        g_signal_emit(self, signals[CHANGED], 0);
}

static void on_activate(SmPasswordRow *self)
{
        g_signal_emit(self, signals[ACTIVATED], 0);
}

static void on_title(SmPasswordRow *self)
{
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       adw_preferences_row_get_title(ADW_PREFERENCES_ROW(self)), -1);
}

static void sm_password_row_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_PASSWORD_ROW);
        G_OBJECT_CLASS(sm_password_row_parent_class)->dispose(object);
}

static void sm_password_row_class_init(SmPasswordRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_password_row_dispose;
        signals[CHANGED] = g_signal_new("changed", SM_TYPE_PASSWORD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
        signals[ACTIVATED] = g_signal_new("activated", SM_TYPE_PASSWORD_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/password-row.ui");
        gtk_widget_class_bind_template_child(widget, SmPasswordRow, entry);
        gtk_widget_class_bind_template_callback(widget, on_changed);
        gtk_widget_class_bind_template_callback(widget, on_activate);
}

static void sm_password_row_init(SmPasswordRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        g_signal_connect(self, "notify::title", G_CALLBACK(on_title), NULL);
}
