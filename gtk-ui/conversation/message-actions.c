/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/message-actions.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/toast.h"

static void call(SmDaemon *daemon, const char *method, GVariant *arguments, GAsyncReadyCallback done, gpointer userdata)
{
        g_autoptr(GVariant) held = g_variant_ref_sink(arguments);
        MessengerMessages *messages = sm_daemon_messages(daemon);

        if (messages)
                g_dbus_proxy_call(G_DBUS_PROXY(messages), method, held, G_DBUS_CALL_FLAGS_NONE, CLIENT_SEND_TIMEOUT_MS, NULL,
                                  done, userdata);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GtkWidget) widget = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!reply)
                toast_failure(widget, error);
}

void message_react(GtkWidget *widget, SmDaemon *daemon, const char *id, const char *emoji)
{
        if (sm_daemon_messages(daemon))
                call(daemon, "React", g_variant_new("(ssa{sv})", id, emoji, NULL), on_done, g_object_ref(widget));
}

/* ---- Deleting ---- */

typedef struct Deletion {
        GtkWidget *widget;
        SmDaemon *daemon;
        char *id;
} Deletion;

static void deletion_free(gpointer data, GClosure *closure)
{
        Deletion *deletion = data;

        g_object_unref(deletion->widget);
        g_object_unref(deletion->daemon);
        g_free(deletion->id);
        g_free(deletion);
}

static void delete(GtkWidget *widget, SmDaemon *daemon, const char *id, gboolean for_everyone)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (for_everyone)
                g_variant_builder_add(&options, "{sv}", "for-everyone", g_variant_new_boolean(TRUE));
        if (sm_daemon_messages(daemon))
                call(daemon, "Delete", g_variant_new("(sa{sv})", id, &options), on_done, g_object_ref(widget));
        else
                g_variant_builder_clear(&options);
}

void message_delete_here(GtkWidget *widget, SmDaemon *daemon, const char *id)
{
        delete(widget, daemon, id, FALSE);
}

static void on_deletion(AdwMessageDialog *dialog, const char *response, Deletion *deletion)
{
        if (strcmp(response, "cancel") != 0)
                delete(deletion->widget, deletion->daemon, deletion->id, strcmp(response, "everyone") == 0);
}

void message_delete(GtkWidget *widget, SmDaemon *daemon, const ClientMessage *message)
{
        const gboolean reaches_others = message->outgoing && strcmp(message->state, "failed") != 0;
        GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(gtk_widget_get_root(widget)), _("Delete This Message?"),
                                                   _("Nobody can bring it back."));
        AdwMessageDialog *self = ADW_MESSAGE_DIALOG(dialog);
        Deletion *deletion = g_new0(Deletion, 1);

        deletion->widget = g_object_ref(widget);
        deletion->daemon = g_object_ref(daemon);
        deletion->id = g_strdup(message->id);
        adw_message_dialog_add_responses(self, "cancel", _("_Cancel"), "me", _("Delete for _Me"), NULL);
        adw_message_dialog_set_response_appearance(self, "me", ADW_RESPONSE_DESTRUCTIVE);
        if (reaches_others) {
                adw_message_dialog_add_response(self, "everyone", _("Delete for _Everyone"));
                adw_message_dialog_set_response_appearance(self, "everyone", ADW_RESPONSE_DESTRUCTIVE);
        }
        adw_message_dialog_set_close_response(self, "cancel");
        g_signal_connect_data(dialog, "response", G_CALLBACK(on_deletion), deletion, deletion_free, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

/* ---- Looking ---- */

void message_copy(GtkWidget *widget, const ClientMessage *message)
{
        gdk_clipboard_set_text(gtk_widget_get_clipboard(widget), message->text);
}

static void on_got(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GtkWidget) widget = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autoptr(GVariant) dictionary = reply ? g_variant_get_child_value(reply, 0) : NULL;
        ClientMessage message;

        if (!reply) {
                toast_failure(widget, error);
                return;
        }
        client_message_init(&message, dictionary);
        gtk_widget_activate_action(widget, "conversation.jump", "t", message.number);
}

void message_go_to(GtkWidget *widget, SmDaemon *daemon, const char *id)
{
        if (sm_daemon_messages(daemon))
                call(daemon, "Get", g_variant_new("(s)", id), on_got, g_object_ref(widget));
}
