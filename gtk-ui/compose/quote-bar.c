/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/quote-bar.h"

#include "gtk-ui/wording.h"

struct _SmQuoteBar {
        AdwBin parent;
        GtkWidget *revealer, *icon, *title, *text;
};

G_DEFINE_FINAL_TYPE(SmQuoteBar, sm_quote_bar, ADW_TYPE_BIN)

static guint cancelled_signal;

static void on_cancel(SmQuoteBar *self)
{
        g_signal_emit(self, cancelled_signal, 0);
}

static void sm_quote_bar_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_QUOTE_BAR);
        G_OBJECT_CLASS(sm_quote_bar_parent_class)->dispose(object);
}

static void sm_quote_bar_class_init(SmQuoteBarClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_quote_bar_dispose;
        cancelled_signal = g_signal_new("cancelled", SM_TYPE_QUOTE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/quote-bar.ui");
        gtk_widget_class_bind_template_child(widget, SmQuoteBar, revealer);
        gtk_widget_class_bind_template_child(widget, SmQuoteBar, icon);
        gtk_widget_class_bind_template_child(widget, SmQuoteBar, title);
        gtk_widget_class_bind_template_child(widget, SmQuoteBar, text);
        gtk_widget_class_bind_template_callback(widget, on_cancel);
}

static void sm_quote_bar_init(SmQuoteBar *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_quote_bar_set(SmQuoteBar *self, const char *icon, const char *title, const char *text)
{
        g_autofree char *line = title ? wording_one_line(text) : NULL;

        gtk_revealer_set_reveal_child(GTK_REVEALER(self->revealer), title != NULL);
        /* What is rolled up is not there for a screen reader, either. */
        gtk_widget_set_visible(GTK_WIDGET(self), title != NULL);
        gtk_image_set_from_icon_name(GTK_IMAGE(self->icon), icon);
        gtk_label_set_text(GTK_LABEL(self->title), title ? title : "");
        gtk_label_set_text(GTK_LABEL(self->text), line ? line : "");
}
