/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/fact-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/toast.h"

struct _SmFactRow {
        AdwPreferencesRow parent;
        GtkWidget *value;
};

G_DEFINE_FINAL_TYPE(SmFactRow, sm_fact_row, ADW_TYPE_PREFERENCES_ROW)

void sm_fact_row_set_value(SmFactRow *self, const char *value)
{
        gtk_widget_set_visible(GTK_WIDGET(self), value && *value);
        if (!value)
                return;
        gtk_label_set_text(GTK_LABEL(self->value), value);
        gtk_label_set_wrap_mode(GTK_LABEL(self->value), strchr(value, ' ') ? PANGO_WRAP_WORD_CHAR : PANGO_WRAP_CHAR);
}

static void on_copy(SmFactRow *self)
{
        gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self)), gtk_label_get_text(GTK_LABEL(self->value)));
        toast_say(GTK_WIDGET(self), _("Copied"));
}

static void sm_fact_row_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_FACT_ROW);
        G_OBJECT_CLASS(sm_fact_row_parent_class)->dispose(object);
}

static void sm_fact_row_class_init(SmFactRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_fact_row_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/fact-row.ui");
        gtk_widget_class_bind_template_child(widget, SmFactRow, value);
        gtk_widget_class_bind_template_callback(widget, on_copy);
}

static void sm_fact_row_init(SmFactRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}
