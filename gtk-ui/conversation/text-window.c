/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/text-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gtk-ui/conversation/message-text.h"
#include "gtk-ui/wording.h"

/*
 * Characters. A text view lays out a paragraph at a time, and the longer ones when they come into view: a whole message without a line feed
 * would stop the window for seconds. So longer ones end at their next space, or wherever twice as many are reached.
 */
enum { PARAGRAPH_MAX = 2000 };

struct _SmTextWindow {
        AdwWindow parent;
        SmDaemon *daemon;
        char *id;
        GtkWidget *title, *view;
};

G_DEFINE_FINAL_TYPE(SmTextWindow, sm_text_window, ADW_TYPE_WINDOW)

static char *in_paragraphs(const char *text)
{
        GString *out = g_string_sized_new(strlen(text) + 64);
        unsigned count = 0;

        for (const char *c = text; *c; c = g_utf8_next_char(c)) {
                const gunichar character = g_utf8_get_char(c);

                g_string_append_unichar(out, character);
                count = character == '\n' ? 0 : count + 1;
                if ((count >= PARAGRAPH_MAX && g_unichar_isspace(character)) || count >= 2 * PARAGRAPH_MAX) {
                        g_string_append_c(out, '\n');
                        count = 0;
                }
        }
        return g_string_free(out, FALSE);
}

static void show(SmTextWindow *self, const ClientMessage *message)
{
        g_autofree char *harmless = message_text_harmless(message->text);
        g_autofree char *text = in_paragraphs(harmless);
        g_autofree char *hour = wording_hour(message->time);
        GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
        GtkTextIter start;

        adw_window_title_set_title(ADW_WINDOW_TITLE(self->title), message->outgoing ? _("You") : message->sender);
        adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->title), hour);
        gtk_text_buffer_set_text(buffer, text, -1);
        gtk_text_buffer_get_start_iter(buffer, &start);
        gtk_text_buffer_place_cursor(buffer, &start);
}

static void on_message(SmTextWindow *self, GVariant *dictionary)
{
        ClientMessage message;

        client_message_init(&message, dictionary);
        if (strcmp(message.id, self->id) != 0)
                return;
        if (strcmp(message.kind, "text") != 0 && strcmp(message.kind, "attachment") != 0)
                gtk_window_close(GTK_WINDOW(self));
        else if (message.edited)
                show(self, &message);
}

static void on_state_changed(SmTextWindow *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_close(GTK_WINDOW(self));
}

static void sm_text_window_dispose(GObject *object)
{
        SmTextWindow *self = SM_TEXT_WINDOW(object);

        if (self->daemon)
                g_signal_handlers_disconnect_by_data(self->daemon, self);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_TEXT_WINDOW);
        G_OBJECT_CLASS(sm_text_window_parent_class)->dispose(object);
}

static void sm_text_window_finalize(GObject *object)
{
        g_free(SM_TEXT_WINDOW(object)->id);
        G_OBJECT_CLASS(sm_text_window_parent_class)->finalize(object);
}

static void sm_text_window_class_init(SmTextWindowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_text_window_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_text_window_finalize;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/text-window.ui");
        gtk_widget_class_bind_template_child(widget, SmTextWindow, title);
        gtk_widget_class_bind_template_child(widget, SmTextWindow, view);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_text_window_init(SmTextWindow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_text_window_show(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message)
{
        SmTextWindow *self = g_object_new(SM_TYPE_TEXT_WINDOW, "transient-for", gtk_widget_get_root(widget), NULL);

        self->daemon = g_object_ref(daemon);
        self->id = g_strdup(message->id);
        g_signal_connect_swapped(daemon, "message", G_CALLBACK(on_message), self);
        g_signal_connect_swapped(daemon, "state-changed", G_CALLBACK(on_state_changed), self);
        show(self, message);
        gtk_window_present(GTK_WINDOW(self));
}
