/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/list/connection-bar.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/toast.h"

struct _SmConnectionBar {
        AdwBin parent;
        SmDaemon *daemon; /* borrowed: it outlives the window */
        GtkWidget *icon, *text, *again;
};

G_DEFINE_FINAL_TYPE(SmConnectionBar, sm_connection_bar, ADW_TYPE_BIN)

/* What passes by itself is told quietly. */
static gboolean passes(const char *reason)
{
        static const char *const passing[] = {"", "Offline", "ServerUnreachable", "RateLimited", NULL};

        return g_strv_contains(passing, reason);
}

static void on_connection_changed(SmConnectionBar *self)
{
        const char *reason = sm_daemon_connection_reason(self->daemon);
        gboolean online = sm_daemon_is_online(self->daemon), connecting = sm_daemon_is_connecting(self->daemon);

        /* The first attempt has no reason yet to say anything. */
        gtk_widget_set_visible(GTK_WIDGET(self), !online && (*reason || !connecting));
        if (online)
                return;
        gtk_label_set_text(GTK_LABEL(self->text), sm_daemon_connection_text(self->daemon));
        gtk_image_set_from_icon_name(GTK_IMAGE(self->icon), passes(reason) ? "network-offline-symbolic" : "dialog-warning-symbolic");
        gtk_button_set_label(GTK_BUTTON(self->again), strcmp(reason, "Replaced") == 0 ? _("_Use It Here") : _("_Try Now"));
        /* Where the account is on another device now, trying again does not bring it back. */
        gtk_widget_set_visible(self->again, strcmp(reason, "DeviceRemoved") != 0);
        gtk_widget_set_sensitive(self->again, !connecting);
}

static void on_asked(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmConnectionBar) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!reply)
                toast_failure(GTK_WIDGET(self), error);
}

static void on_again(SmConnectionBar *self)
{
        MessengerAccount *account = sm_daemon_account(self->daemon);
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (account)
                g_dbus_proxy_call(G_DBUS_PROXY(account), "Reconnect", g_variant_new("(a{sv})", &options),
                                  G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, NULL, on_asked,
                                  g_object_ref(self));
        else
                g_variant_builder_clear(&options);
}

static void sm_connection_bar_dispose(GObject *object)
{
        gtk_widget_dispose_template(GTK_WIDGET(object), SM_TYPE_CONNECTION_BAR);
        G_OBJECT_CLASS(sm_connection_bar_parent_class)->dispose(object);
}

static void sm_connection_bar_class_init(SmConnectionBarClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_connection_bar_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/connection-bar.ui");
        gtk_widget_class_bind_template_child(widget, SmConnectionBar, icon);
        gtk_widget_class_bind_template_child(widget, SmConnectionBar, text);
        gtk_widget_class_bind_template_child(widget, SmConnectionBar, again);
        gtk_widget_class_bind_template_callback(widget, on_again);
}

static void sm_connection_bar_init(SmConnectionBar *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_connection_bar_set_daemon(SmConnectionBar *self, SmDaemon *daemon)
{
        self->daemon = daemon;
        g_signal_connect_object(daemon, "connection-changed", G_CALLBACK(on_connection_changed), self, G_CONNECT_SWAPPED);
        on_connection_changed(self);
}
