/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/outgoing-bar.h"

#include "gtk-ui/compose/outgoing-row.h"

struct _SmOutgoingBar {
        AdwBin parent;
        GListStore *files;
        GtkWidget *list;
};

G_DEFINE_FINAL_TYPE(SmOutgoingBar, sm_outgoing_bar, ADW_TYPE_BIN)

static void on_removed(SmOutgoingBar *self, SmOutgoingRow *row)
{
        guint position;

        if (self->files && g_list_store_find(self->files, sm_outgoing_row_file(row), &position))
                g_list_store_remove(self->files, position);
}

static GtkWidget *make_row(gpointer item, gpointer userdata)
{
        SmOutgoingRow *row = sm_outgoing_row_new(item);

        g_signal_connect_object(row, "removed", G_CALLBACK(on_removed), userdata, G_CONNECT_SWAPPED);
        return GTK_WIDGET(row);
}

static void on_changed(SmOutgoingBar *self)
{
        gtk_widget_set_visible(GTK_WIDGET(self),
                               self->files && g_list_model_get_n_items(G_LIST_MODEL(self->files)) > 0);
}

static void forget(SmOutgoingBar *self)
{
        if (self->files)
                g_signal_handlers_disconnect_by_data(self->files, self);
        g_clear_object(&self->files);
}

static void sm_outgoing_bar_dispose(GObject *object)
{
        forget(SM_OUTGOING_BAR(object));
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_OUTGOING_BAR);
        G_OBJECT_CLASS(sm_outgoing_bar_parent_class)->dispose(object);
}

static void sm_outgoing_bar_class_init(SmOutgoingBarClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_outgoing_bar_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/outgoing-bar.ui");
        gtk_widget_class_bind_template_child(widget, SmOutgoingBar, list);
}

static void sm_outgoing_bar_init(SmOutgoingBar *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_outgoing_bar_set_files(SmOutgoingBar *self, GListStore *files)
{
        forget(self);
        if (files) {
                self->files = g_object_ref(files);
                g_signal_connect_swapped(files, "items-changed", G_CALLBACK(on_changed), self);
        }
        gtk_list_box_bind_model(GTK_LIST_BOX(self->list), files ? G_LIST_MODEL(files) : NULL, make_row, self, NULL);
        on_changed(self);
}
