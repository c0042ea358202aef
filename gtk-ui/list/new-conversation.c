/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/new-conversation.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"
#include "gtk-ui/wording.h"

enum {
        PAUSE_MS = 300, /* nobody is asked while somebody types */
        USER_NAME_MIN = 2,   /* characters; of fewer, there is no name to suggest */
        USER_NAME_MAX = 32,
        SUGGESTIONS = 6,
};

struct _SmNewConversation {
        GtkPopover parent;
        SmDaemon *daemon; /* borrowed: it outlives the window */
        GCancellable *cancellable; /* of the question that is under way */
        guint pause;
        gboolean silent; /* the server does not tell, or not for now: until this is opened again */
        GtkWidget *name, *write, *said, *suggestions, *notes;
};

G_DEFINE_FINAL_TYPE(SmNewConversation, sm_new_conversation, GTK_TYPE_POPOVER)

static guint write_to_signal;

static char *typed(SmNewConversation *self)
{
        g_autofree char *name = g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->name))));

        return g_utf8_strdown(name, -1);
}

/* As the server has it: 2 to 32 of a-z 0-9 . _ - */
static gboolean is_name(const char *text)
{
        size_t length = strlen(text);

        return length >= USER_NAME_MIN && length <= USER_NAME_MAX &&
               strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

static void say(SmNewConversation *self, const char *text)
{
        gtk_label_set_text(GTK_LABEL(self->said), text);
        gtk_widget_set_visible(self->said, *text != '\0');
        gtk_accessible_update_property(GTK_ACCESSIBLE(self->name), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void show_suggestions(SmNewConversation *self, GVariant *names)
{
        GtkWidget *row;
        gsize count = names ? g_variant_n_children(names) : 0;

        while ((row = gtk_widget_get_first_child(self->suggestions)))
                gtk_list_box_remove(GTK_LIST_BOX(self->suggestions), row);
        for (gsize i = 0; i < count && i < SUGGESTIONS; i++) {
                GtkWidget *label;
                const char *name;

                g_variant_get_child(names, i, "&s", &name);
                label = gtk_label_new(name);
                gtk_label_set_xalign(GTK_LABEL(label), 0);
                gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
                gtk_list_box_append(GTK_LIST_BOX(self->suggestions), label);
        }
        gtk_widget_set_visible(self->suggestions, count > 0);
}

static void stop_asking(SmNewConversation *self)
{
        g_clear_handle_id(&self->pause, g_source_remove);
        g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        gtk_widget_set_sensitive(self->write, TRUE);
}

static void finish(SmNewConversation *self, const char *name)
{
        g_autofree char *copy = g_strdup(name);

        gtk_popover_popdown(GTK_POPOVER(self));
        g_signal_emit(self, write_to_signal, 0, copy);
}

/* ---- Asking the server ---- */

static void find_users(SmNewConversation *self, const char *beginning, guint32 limit, GAsyncReadyCallback done)
{
        MessengerAccount *account = sm_daemon_account(self->daemon);
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!account) {
                g_variant_builder_clear(&options);
                return;
        }
        g_clear_object(&self->cancellable);
        self->cancellable = g_cancellable_new();
        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(limit));
        g_dbus_proxy_call(G_DBUS_PROXY(account), "FindUsers", g_variant_new("(sa{sv})", beginning, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, done, self);
}

static void on_suggestions(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) names = reply ? g_variant_get_child_value(reply, 0) : NULL;
        SmNewConversation *self = userdata;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        self->silent = error != NULL;
        show_suggestions(self, names);
}

static gboolean on_pause(gpointer userdata)
{
        SmNewConversation *self = userdata;
        g_autofree char *name = typed(self);

        self->pause = 0;
        find_users(self, name, SUGGESTIONS, on_suggestions);
        return G_SOURCE_REMOVE;
}

static void on_typed(SmNewConversation *self)
{
        g_autofree char *name = typed(self);

        say(self, "");
        stop_asking(self);
        if (!self->silent && is_name(name))
                self->pause = g_timeout_add(PAUSE_MS, on_pause, self);
        else
                show_suggestions(self, NULL);
}

static void on_looked_up(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) names = reply ? g_variant_get_child_value(reply, 0) : NULL;
        g_autofree char *name = NULL, *isolated = NULL, *text = NULL;
        SmNewConversation *self = userdata;
        const char *first = "";

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        gtk_widget_set_sensitive(self->write, TRUE);
        name = typed(self);
        if (names && g_variant_n_children(names) > 0)
                g_variant_get_child(names, 0, "&s", &first);
        if (error || strcmp(first, name) == 0) { /* or there is nobody to ask: the first message will tell */
                finish(self, name);
                return;
        }
        isolated = wording_isolated(name);
        text = g_strdup_printf(_("Nobody on the server is called %s."), isolated);
        say(self, text);
}

static void on_write(SmNewConversation *self)
{
        g_autofree char *name = typed(self);

        if (!*name || !gtk_widget_get_sensitive(self->write))
                return;
        stop_asking(self);
        if (!is_name(name)) {
                say(self, client_failure_sentence(CLIENT_FAILURE_BAD_NAME));
        } else if (self->silent || !sm_daemon_is_online(self->daemon) || sm_daemon_find_conversation(self->daemon, name)) {
                finish(self, name);
        } else {
                gtk_widget_set_sensitive(self->write, FALSE);
                find_users(self, name, 1, on_looked_up);
        }
}

static void on_suggestion(SmNewConversation *self, GtkListBoxRow *row)
{
        finish(self, gtk_label_get_text(GTK_LABEL(gtk_list_box_row_get_child(row))));
}

static void on_notes(SmNewConversation *self)
{
        finish(self, sm_daemon_user_name(self->daemon));
}

/* ---- The object ---- */

static void sm_new_conversation_map(GtkWidget *widget)
{
        SmNewConversation *self = SM_NEW_CONVERSATION(widget);

        self->silent = FALSE;
        GTK_WIDGET_CLASS(sm_new_conversation_parent_class)->map(widget);
        gtk_widget_grab_focus(self->name);
}

static void on_closed(SmNewConversation *self)
{
        gtk_editable_set_text(GTK_EDITABLE(self->name), "");
        stop_asking(self);
        show_suggestions(self, NULL);
        say(self, "");
}

static void sm_new_conversation_dispose(GObject *object)
{
        SmNewConversation *self = SM_NEW_CONVERSATION(object);

        if (self->write)
                stop_asking(self);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_NEW_CONVERSATION);
        G_OBJECT_CLASS(sm_new_conversation_parent_class)->dispose(object);
}

static void sm_new_conversation_class_init(SmNewConversationClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_new_conversation_dispose;
        widget->map = sm_new_conversation_map;
        write_to_signal = g_signal_new("write-to", SM_TYPE_NEW_CONVERSATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/new-conversation.ui");
        gtk_widget_class_bind_template_child(widget, SmNewConversation, name);
        gtk_widget_class_bind_template_child(widget, SmNewConversation, write);
        gtk_widget_class_bind_template_child(widget, SmNewConversation, said);
        gtk_widget_class_bind_template_child(widget, SmNewConversation, suggestions);
        gtk_widget_class_bind_template_child(widget, SmNewConversation, notes);
        gtk_widget_class_bind_template_callback(widget, on_closed);
        gtk_widget_class_bind_template_callback(widget, on_notes);
        gtk_widget_class_bind_template_callback(widget, on_suggestion);
        gtk_widget_class_bind_template_callback(widget, on_typed);
        gtk_widget_class_bind_template_callback(widget, on_write);
}

static void sm_new_conversation_init(SmNewConversation *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_new_conversation_set_daemon(SmNewConversation *self, SmDaemon *daemon)
{
        self->daemon = daemon;
}
