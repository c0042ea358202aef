/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/change-server.h"

#include <glib/gi18n.h>

#include "client/connection.h"
#include "client/failure.h"
#include "gtk-ui/sign-on/server-link.h"

struct _SmChangeServer {
        AdwWindow parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        GtkWidget *link, *problem, *button;
};

G_DEFINE_FINAL_TYPE(SmChangeServer, sm_change_server, ADW_TYPE_WINDOW)

static void show_problem(SmChangeServer *self, const char *text)
{
        gtk_label_set_text(GTK_LABEL(self->problem), text ? text : "");
        gtk_widget_set_visible(self->problem, text != NULL);
        if (text)
                gtk_widget_add_css_class(self->link, "error");
        else
                gtk_widget_remove_css_class(self->link, "error");
}

static void on_changed(SmChangeServer *self)
{
        show_problem(self, NULL);
        gtk_widget_set_sensitive(self->button, *gtk_editable_get_text(GTK_EDITABLE(self->link)) != 0);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        g_autofree char *text = NULL;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        if (reply) {
                gtk_window_destroy(GTK_WINDOW(userdata));
                return;
        }
        text = client_failure_describe(error);
        on_changed(userdata);
        show_problem(userdata, text);
}

static void on_confirm(SmChangeServer *self)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        MessengerAccount *account = sm_daemon_account(self->daemon);
        g_autofree char *server = NULL, *pin = NULL;

        if (!gtk_widget_get_sensitive(self->button) || !account)
                return;
        if (!server_link_parse(gtk_editable_get_text(GTK_EDITABLE(self->link)), &server, &pin)) {
                show_problem(self, _("There is no address in it. One looks like: wss://chat.example.org"));
                return;
        }
        if (*pin)
                g_variant_builder_add(&options, "{sv}", "pin", g_variant_new_string(pin));
        gtk_widget_set_sensitive(self->button, FALSE);
        g_dbus_proxy_call(G_DBUS_PROXY(account), "SetServer", g_variant_new("(sa{sv})", server, &options),
                          G_DBUS_CALL_FLAGS_NONE, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_done, self);
}

/* What belongs to an account is not shown without it. */
static void on_state(SmChangeServer *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_destroy(GTK_WINDOW(self));
}

static void sm_change_server_dispose(GObject *object)
{
        SmChangeServer *self = SM_CHANGE_SERVER(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CHANGE_SERVER);
        G_OBJECT_CLASS(sm_change_server_parent_class)->dispose(object);
}

static void sm_change_server_class_init(SmChangeServerClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_change_server_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/change-server.ui");
        gtk_widget_class_bind_template_child(widget, SmChangeServer, link);
        gtk_widget_class_bind_template_child(widget, SmChangeServer, problem);
        gtk_widget_class_bind_template_child(widget, SmChangeServer, button);
        gtk_widget_class_bind_template_callback(widget, on_changed);
        gtk_widget_class_bind_template_callback(widget, on_confirm);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_change_server_init(SmChangeServer *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_change_server_open(GtkWindow *parent, SmDaemon *daemon)
{
        SmChangeServer *self = g_object_new(SM_TYPE_CHANGE_SERVER, "transient-for", parent, NULL);
        MessengerAccount *account = sm_daemon_account(daemon);
        g_autofree char *link = server_link_format(messenger_account_get_server(account),
                                                   messenger_account_get_server_pin(account));

        self->daemon = g_object_ref(daemon);
        gtk_editable_set_text(GTK_EDITABLE(self->link), link);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(on_state), self, G_CONNECT_SWAPPED);
        gtk_window_present(GTK_WINDOW(self));
        gtk_widget_grab_focus(self->link);
}
