/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/conversation-calls.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "client/connection.h"
#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/wording.h"

static void on_marked(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GtkWidget) widget = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

        if (!reply)
                toast_failure(widget, error);
}

void conversation_mark_read(GtkWidget *widget, SmConversation *conversation)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        g_dbus_connection_call(g_dbus_proxy_get_connection(sm_conversation_proxy(conversation)), CLIENT_BUS_NAME,
                               CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "MarkRead",
                               g_variant_new("(sta{sv})", sm_conversation_name(conversation),
                                             sm_conversation_number(conversation, "LastMessage"), &options),
                               NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, NULL, on_marked,
                               g_object_ref(widget));
}

/* ---- Asking first ---- */

static void on_response(AdwMessageDialog *dialog, const char *response, GtkWidget *widget)
{
        if (g_str_equal(response, "block"))
                contact_call_plain(widget, g_object_get_data(G_OBJECT(dialog), "conversation"), "Block", NULL);
}

void conversation_ask_to_block(GtkWidget *widget, SmConversation *conversation)
{
        g_autofree char *name = wording_isolated(sm_conversation_title(conversation));
        GtkWidget *dialog = adw_message_dialog_new(GTK_WINDOW(gtk_widget_get_root(widget)), NULL, NULL);

        adw_message_dialog_format_heading(ADW_MESSAGE_DIALOG(dialog), _("Block %s?"), name);
        adw_message_dialog_set_body(ADW_MESSAGE_DIALOG(dialog),
                                    _("Nothing that they write arrives any more, until you unblock them. They cannot "
                                      "tell."));
        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "block", _("_Block"),
                                         NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "block", ADW_RESPONSE_DESTRUCTIVE);
        g_object_set_data_full(G_OBJECT(dialog), "conversation", g_object_ref(conversation), g_object_unref);
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), widget, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}
