/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/outgoing-row.h"

#include "gtk-ui/wording.h"

struct _SmOutgoingRow {
        GtkListBoxRow parent;
        SmOutgoingFile *file;
        GtkWidget *picture, *name, *size;
};

G_DEFINE_FINAL_TYPE(SmOutgoingRow, sm_outgoing_row, GTK_TYPE_LIST_BOX_ROW)

static guint removed_signal;

static void on_remove(SmOutgoingRow *self)
{
        g_signal_emit(self, removed_signal, 0);
}

static void sm_outgoing_row_dispose(GObject *object)
{
        g_clear_object(&SM_OUTGOING_ROW(object)->file);
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_OUTGOING_ROW);
        G_OBJECT_CLASS(sm_outgoing_row_parent_class)->dispose(object);
}

static void sm_outgoing_row_class_init(SmOutgoingRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_outgoing_row_dispose;
        removed_signal = g_signal_new("removed", SM_TYPE_OUTGOING_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/outgoing-row.ui");
        gtk_widget_class_bind_template_child(widget, SmOutgoingRow, picture);
        gtk_widget_class_bind_template_child(widget, SmOutgoingRow, name);
        gtk_widget_class_bind_template_child(widget, SmOutgoingRow, size);
        gtk_widget_class_bind_template_callback(widget, on_remove);
}

static void sm_outgoing_row_init(SmOutgoingRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmOutgoingRow *sm_outgoing_row_new(SmOutgoingFile *file)
{
        SmOutgoingRow *self = g_object_new(SM_TYPE_OUTGOING_ROW, NULL);
        g_autofree char *name = wording_one_line(sm_outgoing_file_name(file));
        g_autofree char *size = g_format_size(sm_outgoing_file_size(file));

        self->file = g_object_ref(file);
        gtk_label_set_text(GTK_LABEL(self->name), name);
        gtk_label_set_text(GTK_LABEL(self->size), size);
        if (sm_outgoing_file_preview(file)) {
                gtk_image_set_from_paintable(GTK_IMAGE(self->picture), GDK_PAINTABLE(sm_outgoing_file_preview(file)));
                gtk_image_set_pixel_size(GTK_IMAGE(self->picture), 48);
        }
        return self;
}

SmOutgoingFile *sm_outgoing_row_file(SmOutgoingRow *self)
{
        return self->file;
}
