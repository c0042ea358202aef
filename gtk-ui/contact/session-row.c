/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/session-row.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "client/connection.h"
#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/toast.h"

struct _SmSessionRow {
        AdwExpanderRow parent;
        SmConversation *contact;
        GCancellable *cancellable;
        GtkWidget *since, *messages, *suite, *renewal;
};

G_DEFINE_FINAL_TYPE(SmSessionRow, sm_session_row, ADW_TYPE_EXPANDER_ROW)

static char *date_of(GVariant *session, const char *key)
{
        g_autoptr(GDateTime) when = NULL;
        gint64 time = 0;

        if (g_variant_lookup(session, key, "x", &time) && time > 0)
                when = g_date_time_new_from_unix_local(time / 1000);
        return when ? g_date_time_format(when, "%x, %H:%M") : g_strdup("");
}

static char *renewal_of(GVariant *session)
{
        g_autofree char *date = date_of(session, "renewal-time");
        gboolean is_wanted = FALSE;
        guint64 messages = 0;

        g_variant_lookup(session, "renewal-wanted", "b", &is_wanted);
        g_variant_lookup(session, "renewal-messages", "t", &messages);
        if (is_wanted)
                return g_strdup(_("Now, as soon as there is a connection"));
        /* TRANSLATORS: a date, and a number */
        return g_strdup_printf(_("After %s, or %" PRIu64 " messages"), date, messages);
}

static void show(SmSessionRow *self, GVariant *session)
{
        g_autofree char *since = date_of(session, "started"), *renewal = renewal_of(session), *messages = NULL;
        guint64 sent = 0, received = 0;
        guint32 suite = 0;
        gboolean is_there = g_variant_lookup(session, "suite", "u", &suite);

        g_variant_lookup(session, "sent", "t", &sent);
        g_variant_lookup(session, "received", "t", &received);
        messages = g_strdup_printf(_("%" PRIu64 " sent, %" PRIu64 " received"), sent, received);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->since),
                                    is_there ? since : _("There is none yet: the first message begins one."));
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->messages), messages);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->suite),
                                    suite == 1 ? "X25519, Double Ratchet, XChaCha20-Poly1305"
                                               : _("One that this version does not know"));
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self->renewal), renewal);
        gtk_widget_set_visible(self->messages, is_there);
        gtk_widget_set_visible(self->suite, is_there);
        gtk_widget_set_visible(self->renewal, is_there);
}

static void on_session(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error), session = NULL;
        g_autoptr(SmSessionRow) self = userdata;

        if (!reply) {
                toast_failure(GTK_WIDGET(self), error);
                return;
        }
        session = g_variant_get_child_value(reply, 0);
        if (g_variant_is_of_type(session, G_VARIANT_TYPE_VARDICT) && self->contact)
                show(self, session);
}

static void look(SmSessionRow *self)
{
        if (self->contact && adw_expander_row_get_expanded(ADW_EXPANDER_ROW(self)))
                g_dbus_proxy_call(sm_conversation_proxy(self->contact), "GetSession", g_variant_new("(a{sv})", NULL),
                                  G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_session,
                                  g_object_ref(self));
}

static void on_renewed(GtkWidget *widget, gboolean is_done)
{
        if (is_done)
                toast_say(widget, _("A new session begins as soon as there is a connection"));
        look(SM_SESSION_ROW(widget));
}

static void on_renew(SmSessionRow *self)
{
        contact_call_plain(GTK_WIDGET(self), self->contact, "Renew", on_renewed);
}

static void sm_session_row_dispose(GObject *object)
{
        SmSessionRow *self = SM_SESSION_ROW(object);

        g_cancellable_cancel(self->cancellable);
        if (self->contact)
                g_signal_handlers_disconnect_by_data(self->contact, self);
        g_clear_object(&self->contact);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_SESSION_ROW);
        G_OBJECT_CLASS(sm_session_row_parent_class)->dispose(object);
}

static void sm_session_row_finalize(GObject *object)
{
        g_clear_object(&SM_SESSION_ROW(object)->cancellable);
        G_OBJECT_CLASS(sm_session_row_parent_class)->finalize(object);
}

static void sm_session_row_class_init(SmSessionRowClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_session_row_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_session_row_finalize;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/session-row.ui");
        gtk_widget_class_bind_template_child(widget, SmSessionRow, since);
        gtk_widget_class_bind_template_child(widget, SmSessionRow, messages);
        gtk_widget_class_bind_template_child(widget, SmSessionRow, suite);
        gtk_widget_class_bind_template_child(widget, SmSessionRow, renewal);
        gtk_widget_class_bind_template_callback(widget, look);
        gtk_widget_class_bind_template_callback(widget, on_renew);
}

static void sm_session_row_init(SmSessionRow *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_session_row_set_contact(SmSessionRow *self, SmConversation *contact)
{
        g_set_object(&self->contact, contact);
        g_signal_connect_swapped(contact, "changed", G_CALLBACK(look), self);
        look(self);
}
