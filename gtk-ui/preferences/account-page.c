/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/account-page.h"

#include <glib/gi18n.h>

#include "client/connection.h"
#include "gtk-ui/preferences/change-password.h"
#include "gtk-ui/preferences/change-server.h"
#include "gtk-ui/preferences/fact-row.h"
#include "gtk-ui/preferences/password-dialog.h"
#include "gtk-ui/sign-on/server-link.h"
#include "gtk-ui/toast.h"

struct _SmAccountPage {
        AdwPreferencesPage parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        GtkWidget *name, *server, *pin, *link, *connection, *reconnect, *device, *key, *version, *keyring, *remember, *unsettled;
};

G_DEFINE_FINAL_TYPE(SmAccountPage, sm_account_page, ADW_TYPE_PREFERENCES_PAGE)

/* ---- What is so ---- */

static char *key_text(GVariant *key)
{
        gsize size = 0;
        const guint8 *bytes = key ? g_variant_get_fixed_array(key, &size, 1) : NULL;
        GString *text = g_string_new(NULL);

        for (gsize i = 0; i < size; i++)
                g_string_append_printf(text, "%s%02x", i && i % 2 == 0 ? " " : "", bytes[i]);
        return g_string_free(text, FALSE);
}

static const char *connection_words(SmAccountPage *self, MessengerAccount *account)
{
        if (sm_daemon_is_online(self->daemon))
                return _("Online");
        if (g_strcmp0(messenger_account_get_connection(account), "connecting") == 0)
                return _("Connecting…");
        return sm_daemon_connection_text(self->daemon);
}

static void update(SmAccountPage *self)
{
        MessengerAccount *account = sm_daemon_account(self->daemon);
        const char *server = messenger_account_get_server(account), *pin = messenger_account_get_server_pin(account);
        gboolean remembered = messenger_account_get_remembered(account);
        g_autofree char *device = g_strdup_printf("%u", messenger_account_get_device_id(account));
        g_autofree char *key = key_text(messenger_account_get_identity_key(account));
        g_autofree char *link = server && *server ? server_link_format(server, pin ? pin : "") : NULL;

        sm_fact_row_set_value(SM_FACT_ROW(self->name), sm_daemon_user_name(self->daemon));
        sm_fact_row_set_value(SM_FACT_ROW(self->server), server);
        sm_fact_row_set_value(SM_FACT_ROW(self->pin), pin);
        sm_fact_row_set_value(SM_FACT_ROW(self->link), link);
        sm_fact_row_set_value(SM_FACT_ROW(self->device), device);
        sm_fact_row_set_value(SM_FACT_ROW(self->key), key);
        sm_fact_row_set_value(SM_FACT_ROW(self->version), messenger_account_get_version(account));
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->connection), connection_words(self, account));
        gtk_widget_set_visible(self->reconnect, !sm_daemon_is_online(self->daemon));
        gtk_widget_set_visible(self->unsettled, messenger_account_get_password_unsettled(account));
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->keyring),
                                    remembered ? _("Opens your messages while you are logged in, without the password")
                                               : _("Could open your messages while you are logged in, without the password"));
        gtk_button_set_label(GTK_BUTTON(self->remember), remembered ? _("_Forget") : _("_Remember…"));
}

/* ---- What is done ---- */

static void on_called(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (reply || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        toast_failure(userdata, error);
}

static void call(SmAccountPage *self, const char *method)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_dbus_proxy_call(G_DBUS_PROXY(sm_daemon_account(self->daemon)), method, g_variant_new("(a{sv})", &options),
                          G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_called, self);
}

static void on_reconnect(SmAccountPage *self)
{
        call(self, "Reconnect");
}

static GtkWindow *window_of(SmAccountPage *self)
{
        return GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self)));
}

static void on_remember(SmAccountPage *self)
{
        static const SmPasswordQuestion question = {
                        .method = "Unlock",
                        .option = "remember",
                        .title = N_("Keyring"),
                        .text = N_("Whoever opens the keyring of this desktop, usually by logging in, then opens your messages. The "
                                   "keyring gets a random key of its own, never the password."),
                        .button = N_("_Remember"),
        };

        if (messenger_account_get_remembered(sm_daemon_account(self->daemon)))
                call(self, "ForgetKeyring");
        else
                sm_password_dialog_open(window_of(self), self->daemon, &question);
}

static void on_change_password(SmAccountPage *self)
{
        sm_change_password_open(window_of(self), self->daemon);
}

static void on_change_server(SmAccountPage *self)
{
        sm_change_server_open(window_of(self), self->daemon);
}

static void on_delete(SmAccountPage *self)
{
        static const SmPasswordQuestion question = {
                        .method = "Delete",
                        .title = N_("Delete Account"),
                        .text = N_("The account is deleted at the server, with everything that waits there, and all keys and messages on "
                                   "this computer are destroyed. Your contacts are told. Nobody can bring anything back."),
                        .button = N_("_Delete"),
                        .is_destructive = TRUE,
        };

        sm_password_dialog_open(window_of(self), self->daemon, &question);
}

/* ---- The object ---- */

static void sm_account_page_dispose(GObject *object)
{
        SmAccountPage *self = SM_ACCOUNT_PAGE(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_ACCOUNT_PAGE);
        G_OBJECT_CLASS(sm_account_page_parent_class)->dispose(object);
}

static void sm_account_page_class_init(SmAccountPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_account_page_dispose;
        g_type_ensure(SM_TYPE_FACT_ROW);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/account-page.ui");
        gtk_widget_class_bind_template_child(widget, SmAccountPage, name);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, server);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, pin);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, link);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, connection);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, reconnect);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, device);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, key);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, version);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, keyring);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, remember);
        gtk_widget_class_bind_template_child(widget, SmAccountPage, unsettled);
        gtk_widget_class_bind_template_callback(widget, on_reconnect);
        gtk_widget_class_bind_template_callback(widget, on_remember);
        gtk_widget_class_bind_template_callback(widget, on_change_password);
        gtk_widget_class_bind_template_callback(widget, on_change_server);
        gtk_widget_class_bind_template_callback(widget, on_delete);
}

static void sm_account_page_init(SmAccountPage *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_account_page_set_daemon(SmAccountPage *self, SmDaemon *daemon)
{
        self->daemon = g_object_ref(daemon);
        g_signal_connect_object(sm_daemon_account(daemon), "g-properties-changed", G_CALLBACK(update), self,
                                G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        update(self);
}
