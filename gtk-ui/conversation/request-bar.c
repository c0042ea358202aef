/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/request-bar.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "client/failure.h"

struct _SmRequestBar {
        AdwBin parent;
        SmConversation *conversation;
        GtkWidget *revealer, *text, *accept, *decline, *block, *unblock;
};

G_DEFINE_FINAL_TYPE(SmRequestBar, sm_request_bar, ADW_TYPE_BIN)

static void update(SmRequestBar *self)
{
        g_autofree char *relation = self->conversation ? sm_conversation_text(self->conversation, "Relation") : g_strdup("");
        gboolean is_request = strcmp(relation, "request") == 0, is_blocked = strcmp(relation, "blocked") == 0;

        if (is_request || is_blocked)
                gtk_label_set_text(GTK_LABEL(self->text),
                                   is_request ? _("You do not know this person yet. They do not learn that you have "
                                                  "read this until you accept.")
                                              : _("You have blocked this person. They cannot tell."));
        gtk_widget_set_visible(self->accept, is_request);
        gtk_widget_set_visible(self->decline, is_request);
        gtk_widget_set_visible(self->block, is_request);
        gtk_widget_set_visible(self->unblock, is_blocked);
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->revealer), is_request || is_blocked);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmRequestBar) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        GtkWidget *toasts = gtk_widget_get_ancestor(GTK_WIDGET(self), ADW_TYPE_TOAST_OVERLAY);
        g_autofree char *text = NULL;

        if (reply || !toasts)
                return;
        text = client_failure_describe(error);
        adw_toast_overlay_add_toast(ADW_TOAST_OVERLAY(toasts), adw_toast_new(text));
}

static void on_clicked(SmRequestBar *self, GtkWidget *button)
{
        const char *method = button == self->accept    ? "Accept"
                             : button == self->decline ? "Decline"
                             : button == self->block   ? "Block"
                                                       : "Unblock";
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        GVariant *arguments = g_variant_new("(a{sv})", &options);

        if (!self->conversation) {
                g_variant_unref(g_variant_ref_sink(arguments));
                return;
        }
        g_dbus_proxy_call(sm_conversation_proxy(self->conversation), method, arguments, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, NULL, on_done, g_object_ref(self));
}

static void sm_request_bar_dispose(GObject *object)
{
        SmRequestBar *self = SM_REQUEST_BAR(object);

        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_clear_object(&self->conversation);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_REQUEST_BAR);
        G_OBJECT_CLASS(sm_request_bar_parent_class)->dispose(object);
}

static void sm_request_bar_class_init(SmRequestBarClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_request_bar_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/request-bar.ui");
        gtk_widget_class_bind_template_child(widget, SmRequestBar, revealer);
        gtk_widget_class_bind_template_child(widget, SmRequestBar, text);
        gtk_widget_class_bind_template_child(widget, SmRequestBar, accept);
        gtk_widget_class_bind_template_child(widget, SmRequestBar, decline);
        gtk_widget_class_bind_template_child(widget, SmRequestBar, block);
        gtk_widget_class_bind_template_child(widget, SmRequestBar, unblock);
        gtk_widget_class_bind_template_callback(widget, on_clicked);
}

static void sm_request_bar_init(SmRequestBar *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_request_bar_set_conversation(SmRequestBar *self, SmConversation *conversation)
{
        if (self->conversation)
                g_signal_handlers_disconnect_by_data(self->conversation, self);
        g_set_object(&self->conversation, conversation);
        if (conversation)
                g_signal_connect_swapped(conversation, "changed", G_CALLBACK(update), self);
        update(self);
}
