/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/composer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "client/message.h"
#include "gtk-ui/quote-bar.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/window-settings.h"

struct _SmComposer {
        AdwBin parent;
        SmDaemon *daemon;
        SmConversation *conversation; /* NULL: nobody, or a stranger */
        char *name;                   /* NULL: nobody */
        GCancellable *cancellable;    /* what is asked about this conversation */
        char *reply_to, *editing;     /* IDs, one of them at most; or NULL */
        char *set_aside;              /* what was written before one began to edit, or NULL */
        GtkWidget *quote, *entry, *send;
};

G_DEFINE_FINAL_TYPE(SmComposer, sm_composer, ADW_TYPE_BIN)

static guint sending_signal;

static GtkTextBuffer *buffer_of(SmComposer *self)
{
        return gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->entry));
}

static gboolean is_empty(SmComposer *self)
{
        return gtk_text_buffer_get_char_count(buffer_of(self)) == 0;
}

static char *text_of(SmComposer *self)
{
        GtkTextIter start, end;

        gtk_text_buffer_get_bounds(buffer_of(self), &start, &end);
        return gtk_text_buffer_get_text(buffer_of(self), &start, &end, FALSE);
}

/* A group may have another name by now. */
static const char *name_of(SmComposer *self)
{
        return self->conversation ? sm_conversation_name(self->conversation) : self->name;
}

static void on_text_changed(SmComposer *self)
{
        gtk_widget_set_sensitive(self->send, !is_empty(self));
}

/* ---- Answering and editing ---- */

static void cancel(SmComposer *self)
{
        if (self->editing)
                gtk_text_buffer_set_text(buffer_of(self), self->set_aside ? self->set_aside : "", -1);
        g_clear_pointer(&self->set_aside, g_free);
        g_clear_pointer(&self->editing, g_free);
        g_clear_pointer(&self->reply_to, g_free);
        sm_quote_bar_set(SM_QUOTE_BAR(self->quote), NULL, NULL, NULL);
        gtk_widget_grab_focus(self->entry);
}

static void begin_reply(SmComposer *self, const ClientMessage *message)
{
        g_autofree char *sender = g_strdup_printf("\u2068%s\u2069", message->sender); /* whatever way it is read */
        g_autofree char *title = g_strdup_printf(_("Replying to %s"), sender);

        cancel(self);
        self->reply_to = g_strdup(message->id);
        sm_quote_bar_set(SM_QUOTE_BAR(self->quote), "mail-reply-sender-symbolic", title,
                         *message->text ? message->text : message->name);
}

static void begin_edit(SmComposer *self, const ClientMessage *message)
{
        if (!message->outgoing || strcmp(message->kind, "text") != 0) {
                toast_say(GTK_WIDGET(self), client_failure_sentence(CLIENT_FAILURE_NOT_ALLOWED));
                return;
        }
        cancel(self);
        self->editing = g_strdup(message->id);
        self->set_aside = text_of(self);
        gtk_text_buffer_set_text(buffer_of(self), message->text, -1);
        sm_quote_bar_set(SM_QUOTE_BAR(self->quote), "document-edit-symbolic", _("Editing"), message->text);
}

typedef void Begin(SmComposer *self, const ClientMessage *message);

static void on_got(GObject *source, GAsyncResult *result, gpointer userdata, Begin *begin)
{
        g_autoptr(SmComposer) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) dictionary = NULL;
        ClientMessage message;

        if (!reply) {
                toast_failure(GTK_WIDGET(self), error);
                return;
        }
        dictionary = g_variant_get_child_value(reply, 0);
        client_message_init(&message, dictionary);
        begin(self, &message);
}

static void on_reply(GObject *source, GAsyncResult *result, gpointer userdata)
{
        on_got(source, result, userdata, begin_reply);
}

static void on_edit(GObject *source, GAsyncResult *result, gpointer userdata)
{
        on_got(source, result, userdata, begin_edit);
}

static void get(SmComposer *self, const char *id, GAsyncReadyCallback done)
{
        MessengerMessages *messages = self->daemon ? sm_daemon_messages(self->daemon) : NULL;

        if (messages && self->name)
                g_dbus_proxy_call(G_DBUS_PROXY(messages), "Get", g_variant_new("(s)", id),
                                  G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, done,
                                  g_object_ref(self));
}

void sm_composer_reply(SmComposer *self, const char *id)
{
        get(self, id, on_reply);
}

void sm_composer_edit(SmComposer *self, const char *id)
{
        get(self, id, on_edit);
}

/* ---- Sending ---- */

typedef struct Sending {
        SmComposer *composer;
        char *name, *text;
} Sending;

static void sending_free(Sending *sending)
{
        g_object_unref(sending->composer);
        g_free(sending->name);
        g_free(sending->text);
        g_free(sending);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sending, sending_free)

/* What could not be sent goes back where it was written, unless something else is there now. */
static void on_sent(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(Sending) sending = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        SmComposer *self = sending->composer;

        if (reply)
                return;
        toast_failure(GTK_WIDGET(self), error);
        if (g_strcmp0(self->name, sending->name) == 0 && is_empty(self))
                gtk_text_buffer_set_text(buffer_of(self), sending->text, -1);
}

static GVariant *arguments_of(SmComposer *self, const char *text)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (self->editing)
                return g_variant_new("(ssa{sv})", self->editing, text, &options);
        if (self->reply_to)
                g_variant_builder_add(&options, "{sv}", "reply-to", g_variant_new_string(self->reply_to));
        return g_variant_new("(ssa{sv})", name_of(self), text, &options);
}

static void on_send(SmComposer *self)
{
        MessengerMessages *messages = self->daemon ? sm_daemon_messages(self->daemon) : NULL;
        Sending *sending;

        if (!messages || !self->name || is_empty(self))
                return;
        sending = g_new0(Sending, 1);
        sending->composer = g_object_ref(self);
        sending->name = g_strdup(self->name);
        sending->text = text_of(self);
        g_signal_emit(self, sending_signal, 0);
        g_dbus_proxy_call(G_DBUS_PROXY(messages), self->editing ? "Edit" : "Send", arguments_of(self, sending->text),
                          G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, NULL, on_sent, sending);
        if (!self->editing)
                gtk_text_buffer_set_text(buffer_of(self), "", 0);
        cancel(self);
}

/* ---- Keys ---- */

static gboolean sends(GdkModifierType modifiers)
{
        gboolean enter_sends;

        g_object_get(sm_window_settings_get(), "enter-sends", &enter_sends, NULL);
        return !(modifiers & GDK_SHIFT_MASK) && (enter_sends || (modifiers & GDK_CONTROL_MASK));
}

static gboolean on_key(GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers,
                       SmComposer *self)
{
        GdkEvent *event = gtk_event_controller_get_current_event(GTK_EVENT_CONTROLLER(controller));

        if (key == GDK_KEY_Escape && (self->reply_to || self->editing)) {
                cancel(self);
                return GDK_EVENT_STOP;
        }
        if ((key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_ISO_Enter) || !sends(modifiers))
                return GDK_EVENT_PROPAGATE;
        /* Where an input method is at work, Enter is its own. */
        if (!gtk_text_view_im_context_filter_keypress(GTK_TEXT_VIEW(self->entry), event))
                on_send(self);
        return GDK_EVENT_STOP;
}

/* ---- The object ---- */

static gboolean sm_composer_grab_focus(GtkWidget *widget)
{
        return gtk_widget_grab_focus(SM_COMPOSER(widget)->entry);
}

static void sm_composer_dispose(GObject *object)
{
        SmComposer *self = SM_COMPOSER(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->conversation);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_COMPOSER);
        G_OBJECT_CLASS(sm_composer_parent_class)->dispose(object);
}

static void sm_composer_finalize(GObject *object)
{
        SmComposer *self = SM_COMPOSER(object);

        g_free(self->name);
        g_free(self->reply_to);
        g_free(self->editing);
        g_free(self->set_aside);
        G_OBJECT_CLASS(sm_composer_parent_class)->finalize(object);
}

static void sm_composer_class_init(SmComposerClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_composer_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_composer_finalize;
        widget->grab_focus = sm_composer_grab_focus;
        sending_signal = g_signal_new("sending", SM_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
        g_type_ensure(SM_TYPE_QUOTE_BAR);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/composer.ui");
        gtk_widget_class_bind_template_child(widget, SmComposer, quote);
        gtk_widget_class_bind_template_child(widget, SmComposer, entry);
        gtk_widget_class_bind_template_child(widget, SmComposer, send);
        gtk_widget_class_bind_template_callback(widget, cancel);
        gtk_widget_class_bind_template_callback(widget, on_key);
        gtk_widget_class_bind_template_callback(widget, on_send);
}

static void sm_composer_init(SmComposer *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
        g_signal_connect_swapped(buffer_of(self), "changed", G_CALLBACK(on_text_changed), self);
}

void sm_composer_set_conversation(SmComposer *self, SmDaemon *daemon, SmConversation *conversation, const char *name)
{
        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        cancel(self);
        g_set_object(&self->daemon, daemon);
        g_set_object(&self->conversation, conversation);
        g_free(self->name);
        self->name = g_strdup(name);
        self->cancellable = g_cancellable_new();
        gtk_text_buffer_set_text(buffer_of(self), "", 0);
}
