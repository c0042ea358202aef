/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/emoji-view.h"

#include <glib/gi18n.h>

enum { IN_ROW = 4, MAX = 7 };

struct _SmEmojiView {
        AdwBin parent;
        GtkWidget *first, *second;
};

G_DEFINE_FINAL_TYPE(SmEmojiView, sm_emoji_view, ADW_TYPE_BIN)

static void empty(GtkWidget *row)
{
        GtkWidget *cell;

        while ((cell = gtk_widget_get_first_child(row)))
                gtk_box_remove(GTK_BOX(row), cell);
}

static GtkWidget *cell_of(const char *emoji, const char *english)
{
        GtkWidget *cell = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
        /* Its name is below, for those who hear as well. */
        GtkWidget *sign = g_object_new(GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, "label", emoji,
                                       NULL);
        GtkWidget *name = gtk_label_new(g_dpgettext2(NULL, "emoji", english));

        gtk_widget_add_css_class(sign, "emoji");
        gtk_label_set_wrap(GTK_LABEL(name), TRUE);
        gtk_label_set_justify(GTK_LABEL(name), GTK_JUSTIFY_CENTER);
        gtk_label_set_width_chars(GTK_LABEL(name), 9);
        gtk_label_set_max_width_chars(GTK_LABEL(name), 9);
        gtk_box_append(GTK_BOX(cell), sign);
        gtk_box_append(GTK_BOX(cell), name);
        return cell;
}

static void sm_emoji_view_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_EMOJI_VIEW);
        G_OBJECT_CLASS(sm_emoji_view_parent_class)->dispose(object);
}

static void sm_emoji_view_class_init(SmEmojiViewClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_emoji_view_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/emoji-view.ui");
        gtk_widget_class_bind_template_child(widget, SmEmojiView, first);
        gtk_widget_class_bind_template_child(widget, SmEmojiView, second);
}

static void sm_emoji_view_init(SmEmojiView *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_emoji_view_set_emoji(SmEmojiView *self, GVariant *emoji)
{
        const char *sign, *english;
        GVariantIter iter;
        unsigned count = 0;

        empty(self->first);
        empty(self->second);
        if (!emoji)
                return;
        g_variant_iter_init(&iter, emoji);
        while (count < MAX && g_variant_iter_next(&iter, "(u&s&s)", NULL, &sign, &english)) {
                gtk_box_append(GTK_BOX(count < IN_ROW ? self->first : self->second), cell_of(sign, english));
                count++;
        }
}
