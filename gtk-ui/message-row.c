/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/message-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/wording.h"

/* A label lays out all of its text: what is longer is cut, and says so. */
enum { SHOWN_CHARACTERS_MAX = 8000 };

struct _SmMessageRow {
        GtkWidget parent;
        SmMessage *message;
        GtkWidget *box, *day, *notice, *bubble, *quote, *text, *edited, *time, *state, *reason;
};

G_DEFINE_FINAL_TYPE(SmMessageRow, sm_message_row, GTK_TYPE_WIDGET)

typedef struct StateLook {
        const char *state, *icon, *name;
} StateLook;

static const StateLook looks[] = {
                {"queued", "document-open-recent-symbolic", N_("Queued")},
                {"sent", "object-select-symbolic", N_("Sent")},
                {"delivered", "emblem-ok-symbolic", N_("Delivered")},
                {"read", "view-reveal-symbolic", N_("Read")},
                {"failed", "dialog-error-symbolic", N_("Failed")},
};

static void show_state(SmMessageRow *self, const ClientMessage *fields)
{
        gtk_widget_set_visible(self->state, FALSE);
        for (size_t i = 0; fields->outgoing && i < G_N_ELEMENTS(looks); i++) {
                if (strcmp(fields->state, looks[i].state) != 0)
                        continue;
                gtk_image_set_from_icon_name(GTK_IMAGE(self->state), looks[i].icon);
                gtk_widget_set_tooltip_text(self->state, _(looks[i].name));
                gtk_accessible_update_property(GTK_ACCESSIBLE(self->state), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                               _(looks[i].name), -1);
                gtk_widget_set_visible(self->state, TRUE);
        }
        gtk_label_set_text(GTK_LABEL(self->reason), fields->reason_text);
        gtk_widget_set_visible(self->reason, *fields->reason_text != 0);
}

static void show_text(SmMessageRow *self, const char *text)
{
        if (g_utf8_strlen(text, -1) <= SHOWN_CHARACTERS_MAX) {
                gtk_label_set_text(GTK_LABEL(self->text), text);
                return;
        }
        g_autofree char *head = g_utf8_substring(text, 0, SHOWN_CHARACTERS_MAX);
        /* TRANSLATORS: the beginning of a very long message */
        g_autofree char *shown = g_strdup_printf(_("%s…\n[The message is longer: smctl history shows all of it]"), head);

        gtk_label_set_text(GTK_LABEL(self->text), shown);
}

static const char *notice_of(const ClientMessage *fields)
{
        if (strcmp(fields->kind, "text") == 0)
                return NULL;
        if (strcmp(fields->kind, "key-change") == 0)
                return _("The security key has changed. Somebody may be listening in, or they have a new device: compare the safety number.");
        if (strcmp(fields->kind, "unreadable") == 0)
                return _("A message came that could not be decrypted.");
        return _("Something came that this version cannot show.");
}

static void update(SmMessageRow *self)
{
        const ClientMessage *fields = sm_message_fields(self->message);
        const char *notice = notice_of(fields);
        g_autofree char *hour = wording_hour(fields->time);
        g_autofree char *quote = wording_one_line(fields->reply_text);

        gtk_widget_set_visible(self->notice, notice != NULL);
        gtk_widget_set_visible(self->bubble, notice == NULL);
        gtk_label_set_text(GTK_LABEL(self->notice), notice ? notice : "");
        if (strcmp(fields->kind, "key-change") == 0)
                gtk_widget_add_css_class(self->notice, "warning");
        else
                gtk_widget_remove_css_class(self->notice, "warning");

        show_text(self, fields->text);
        gtk_label_set_text(GTK_LABEL(self->quote), quote);
        gtk_widget_set_visible(self->quote, *quote != 0);
        gtk_label_set_text(GTK_LABEL(self->time), hour);
        gtk_widget_set_visible(self->edited, fields->edited);
        gtk_widget_set_halign(self->bubble, fields->outgoing ? GTK_ALIGN_END : GTK_ALIGN_START);
        gtk_widget_remove_css_class(self->bubble, fields->outgoing ? "incoming" : "outgoing");
        gtk_widget_add_css_class(self->bubble, fields->outgoing ? "outgoing" : "incoming");
        show_state(self, fields);
}

static void show_day(SmMessageRow *self, SmMessage *before)
{
        g_autofree char *day = wording_day(sm_message_fields(self->message)->time);
        g_autofree char *day_before = before ? wording_day(sm_message_fields(before)->time) : NULL;

        gtk_label_set_text(GTK_LABEL(self->day), day);
        gtk_widget_set_visible(self->day, g_strcmp0(day, day_before) != 0);
}

static void sm_message_row_dispose(GObject *object)
{
        SmMessageRow *self = SM_MESSAGE_ROW(object);

        sm_message_row_set_message(self, NULL, NULL);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_MESSAGE_ROW);
        G_OBJECT_CLASS(sm_message_row_parent_class)->dispose(object);
}

static void sm_message_row_class_init(SmMessageRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_message_row_dispose;
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/message-row.ui");
        gtk_widget_class_bind_template_child(widget, SmMessageRow, box);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, day);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, notice);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, bubble);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, quote);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, text);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, edited);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, time);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, state);
        gtk_widget_class_bind_template_child(widget, SmMessageRow, reason);
}

static void sm_message_row_init(SmMessageRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

SmMessageRow *sm_message_row_new(void)
{
        return g_object_new(SM_TYPE_MESSAGE_ROW, NULL);
}

void sm_message_row_set_message(SmMessageRow *self, SmMessage *message, SmMessage *before)
{
        if (self->message)
                g_signal_handlers_disconnect_by_data(self->message, self);
        g_set_object(&self->message, message);
        if (!message)
                return;
        g_signal_connect_swapped(message, "changed", G_CALLBACK(update), self);
        update(self);
        show_day(self, before);
}
