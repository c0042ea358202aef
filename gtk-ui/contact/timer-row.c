/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/timer-row.h"

#include <glib/gi18n.h>

#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/wording.h"

/* Seconds. Whatever else somebody has set is put behind these while it holds. */
static const guint32 offered[] = {0, 5 * 60, 60 * 60, 8 * 60 * 60, 24 * 60 * 60, 7 * 24 * 60 * 60, 28 * 24 * 60 * 60};

struct _SmTimerRow {
        AdwComboRow parent;
        SmConversation *conversation;
        GtkStringList *words;
        guint32 other; /* the one behind the offered, or 0: none */
        gboolean is_updating;
};

G_DEFINE_FINAL_TYPE(SmTimerRow, sm_timer_row, ADW_TYPE_COMBO_ROW)

static void add(SmTimerRow *self, guint32 seconds)
{
        g_autofree char *words = seconds > 0 ? wording_duration(seconds) : g_strdup(_("Off"));

        gtk_string_list_append(self->words, words);
}

static guint position_of(SmTimerRow *self, guint32 seconds)
{
        guint position = 0;

        while (position < G_N_ELEMENTS(offered) && offered[position] != seconds)
                position++;
        if (position == G_N_ELEMENTS(offered) && self->other != seconds) {
                gtk_string_list_splice(self->words, position, self->other > 0 ? 1 : 0, NULL);
                self->other = seconds;
                add(self, seconds);
        }
        return position;
}

static void update(SmTimerRow *self)
{
        guint32 seconds = (guint32)sm_conversation_number(self->conversation, "Timer");

        self->is_updating = TRUE;
        adw_combo_row_set_selected(ADW_COMBO_ROW(self), position_of(self, seconds));
        self->is_updating = FALSE;
}

static void on_written(GtkWidget *widget, gboolean is_done)
{
        if (!is_done && SM_TIMER_ROW(widget)->conversation)
                update(SM_TIMER_ROW(widget));
}

static void on_selected(SmTimerRow *self)
{
        guint position = adw_combo_row_get_selected(ADW_COMBO_ROW(self));
        guint32 seconds = position < G_N_ELEMENTS(offered) ? offered[position] : self->other;

        if (!self->is_updating && self->conversation && position != GTK_INVALID_LIST_POSITION)
                contact_call(GTK_WIDGET(self), self->conversation, "SetTimer", g_variant_new("(ua{sv})", seconds, NULL),
                             on_written);
}

static void sm_timer_row_dispose(GObject *object)
{
        SmTimerRow *self = SM_TIMER_ROW(object);

        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_clear_object(&self->conversation);
        g_clear_object(&self->words);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_TIMER_ROW);
        G_OBJECT_CLASS(sm_timer_row_parent_class)->dispose(object);
}

static void sm_timer_row_class_init(SmTimerRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_timer_row_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/timer-row.ui");
}

static void sm_timer_row_init(SmTimerRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        self->is_updating = TRUE;
        self->words = gtk_string_list_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(offered); i++)
                add(self, offered[i]);
        adw_combo_row_set_model(ADW_COMBO_ROW(self), G_LIST_MODEL(self->words));
        g_signal_connect(self, "notify::selected", G_CALLBACK(on_selected), NULL);
        self->is_updating = FALSE;
}

void sm_timer_row_set_conversation(SmTimerRow *self, SmConversation *conversation)
{
        g_set_object(&self->conversation, conversation);
        g_signal_connect_swapped(conversation, "changed", G_CALLBACK(update), self);
        update(self);
}
