/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/message-entry.h"

#include <string.h>

#include "client/failure.h"
#include "gtk-ui/model/window-settings.h"
#include "gtk-ui/toast.h"

enum {
        MUCH_AT_ONCE = 1024, /* bytes: nobody has typed that */
        LINE_MAX_BYTES = 4096, /* between two line feeds: to lay out a word takes the square of its length */
};

struct _SmMessageEntry {
        AdwBin parent;
        gboolean setting; /* the text changes, but nobody writes it */
        GtkWidget *view, *hint;
};

G_DEFINE_FINAL_TYPE(SmMessageEntry, sm_message_entry, ADW_TYPE_BIN)

enum { TEXT_CHANGED, WRITTEN, SEND, ESCAPE, UP, PASTE, TOO_LONG, SIGNALS };
static guint signals[SIGNALS];

static GtkTextBuffer *buffer_of(SmMessageEntry *self)
{
        return gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
}

/* ---- The text ---- */

char *sm_message_entry_text(SmMessageEntry *self)
{
        GtkTextIter start, end;

        gtk_text_buffer_get_bounds(buffer_of(self), &start, &end);
        return gtk_text_buffer_get_text(buffer_of(self), &start, &end, FALSE);
}

void sm_message_entry_set_text(SmMessageEntry *self, const char *text)
{
        self->setting = TRUE;
        gtk_text_buffer_set_text(buffer_of(self), text, -1);
        self->setting = FALSE;
}

gboolean sm_message_entry_is_empty(SmMessageEntry *self)
{
        return gtk_text_buffer_get_char_count(buffer_of(self)) == 0;
}

gboolean sm_message_entry_is_blank(SmMessageEntry *self)
{
        GtkTextIter iter;

        gtk_text_buffer_get_start_iter(buffer_of(self), &iter);
        while (!gtk_text_iter_is_end(&iter) && g_unichar_isspace(gtk_text_iter_get_char(&iter)))
                gtk_text_iter_forward_char(&iter);
        return gtk_text_iter_is_end(&iter);
}

static void on_changed(SmMessageEntry *self)
{
        gtk_widget_set_visible(self->hint, sm_message_entry_is_empty(self));
        g_signal_emit(self, signals[TEXT_CHANGED], 0);
        if (!self->setting)
                g_signal_emit(self, signals[WRITTEN], 0);
}

static gboolean has_room(SmMessageEntry *self, int size)
{
        g_autofree char *text = NULL;

        /* A character has four bytes at most: mostly, there is nothing to count. */
        if ((gint64)gtk_text_buffer_get_char_count(buffer_of(self)) * 4 + size <= MESSAGE_ENTRY_BYTES_MAX)
                return TRUE;
        text = sm_message_entry_text(self);
        return strlen(text) + (size_t)size <= MESSAGE_ENTRY_BYTES_MAX;
}

static gsize longest_line(const char *text, gsize size)
{
        gsize longest = 0, begin = 0;

        for (gsize i = 0; i <= size; i++) {
                if (i < size && text[i] != '\n')
                        continue;
                longest = MAX(longest, i - begin);
                begin = i + 1;
        }
        return longest;
}

gboolean sm_message_entry_can_show(const char *text)
{
        gsize size = strlen(text);

        return size <= MESSAGE_ENTRY_BYTES_MAX && longest_line(text, size) <= LINE_MAX_BYTES;
}

/* What no message has room for, or what takes long to be laid out, does not get as far as that. */
static void on_insert(SmMessageEntry *self, GtkTextIter *where, const char *text, int size)
{
        g_autofree char *refused = NULL;

        if (self->setting ||
            (has_room(self, size) &&
             longest_line(text, (gsize)size) + (gsize)gtk_text_iter_get_bytes_in_line(where) <= LINE_MAX_BYTES))
                return;
        g_signal_stop_emission_by_name(buffer_of(self), "insert-text");
        if (size < MUCH_AT_ONCE) {
                toast_say(GTK_WIDGET(self), client_failure_sentence(CLIENT_FAILURE_TEXT_TOO_LONG));
                return;
        }
        refused = g_strndup(text, (gsize)size);
        g_signal_emit(self, signals[TOO_LONG], 0, refused);
}

/* The text's own chooser, as with Ctrl+period: it is not made before somebody wants it. */
static void on_emoji(SmMessageEntry *self)
{
        gtk_widget_grab_focus(self->view);
        g_signal_emit_by_name(self->view, "insert-emoji");
}

/* ---- Keys ---- */

static gboolean ask(SmMessageEntry *self, guint what)
{
        gboolean done = FALSE;

        g_signal_emit(self, signals[what], 0, &done);
        return done;
}

static gboolean sends(GdkModifierType modifiers)
{
        gboolean enter_sends;

        g_object_get(sm_window_settings_get(), "enter-sends", &enter_sends, NULL);
        return !(modifiers & GDK_SHIFT_MASK) && (enter_sends || (modifiers & GDK_CONTROL_MASK));
}

static gboolean on_key(GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers,
                       SmMessageEntry *self)
{
        GdkEvent *event = gtk_event_controller_get_current_event(GTK_EVENT_CONTROLLER(controller));
        gboolean is_plain = !(modifiers & gtk_accelerator_get_default_mod_mask());

        switch (key) {
        case GDK_KEY_Escape:
                return ask(self, ESCAPE);
        case GDK_KEY_Up:
        case GDK_KEY_KP_Up:
                return is_plain && sm_message_entry_is_empty(self) && ask(self, UP);
        case GDK_KEY_Return:
        case GDK_KEY_KP_Enter:
        case GDK_KEY_ISO_Enter:
                if (!sends(modifiers))
                        return GDK_EVENT_PROPAGATE;
                /* Where an input method is at work, Enter is its own. */
                if (!gtk_text_view_im_context_filter_keypress(GTK_TEXT_VIEW(self->view), event))
                        g_signal_emit(self, signals[SEND], 0);
                return GDK_EVENT_STOP;
        default:
                return GDK_EVENT_PROPAGATE;
        }
}

static void on_paste(SmMessageEntry *self)
{
        gboolean done = FALSE;

        g_signal_emit(self, signals[PASTE], 0, gtk_widget_get_clipboard(self->view), &done);
        if (done)
                g_signal_stop_emission_by_name(self->view, "paste-clipboard");
}

/* ---- The object ---- */

static gboolean sm_message_entry_grab_focus(GtkWidget *widget)
{
        return gtk_widget_grab_focus(SM_MESSAGE_ENTRY(widget)->view);
}

static void sm_message_entry_dispose(GObject *object)
{
        SmMessageEntry *self = SM_MESSAGE_ENTRY(object);

        if (self->view)
                g_signal_handlers_disconnect_by_data(buffer_of(self), self);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_MESSAGE_ENTRY);
        G_OBJECT_CLASS(sm_message_entry_parent_class)->dispose(object);
}

static guint signal_new(const char *name)
{
        return g_signal_new(name, SM_TYPE_MESSAGE_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static guint question_new(const char *name)
{
        return g_signal_new(name, SM_TYPE_MESSAGE_ENTRY, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL,
                            NULL, G_TYPE_BOOLEAN, 0);
}

static void add_signals(void)
{
        signals[TEXT_CHANGED] = signal_new("changed");
        signals[WRITTEN] = signal_new("written");
        signals[SEND] = signal_new("send");
        signals[ESCAPE] = question_new("escape");
        signals[UP] = question_new("up");
        signals[PASTE] = g_signal_new("paste", SM_TYPE_MESSAGE_ENTRY, G_SIGNAL_RUN_LAST, 0,
                                      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1,
                                      GDK_TYPE_CLIPBOARD);
        signals[TOO_LONG] = g_signal_new("too-long", SM_TYPE_MESSAGE_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void sm_message_entry_class_init(SmMessageEntryClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_message_entry_dispose;
        widget->grab_focus = sm_message_entry_grab_focus;
        add_signals();
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/message-entry.ui");
        gtk_widget_class_bind_template_child(widget, SmMessageEntry, view);
        gtk_widget_class_bind_template_child(widget, SmMessageEntry, hint);
        gtk_widget_class_bind_template_callback(widget, on_emoji);
        gtk_widget_class_bind_template_callback(widget, on_key);
        gtk_widget_class_bind_template_callback(widget, on_paste);
}

static void sm_message_entry_init(SmMessageEntry *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        g_signal_connect_swapped(buffer_of(self), "insert-text", G_CALLBACK(on_insert), self);
        g_signal_connect_swapped(buffer_of(self), "changed", G_CALLBACK(on_changed), self);
}
