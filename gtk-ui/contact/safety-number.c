/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/safety-number.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/safety-number.h"
#include "gtk-ui/contact/contact-call.h"
#include "gtk-ui/contact/qr-view.h"
#include "gtk-ui/contact/trust-words.h"

struct _SmSafetyNumber {
        AdwBin parent;
        SmConversation *contact;
        GVariant *key; /* whose number is shown; NULL: none is */
        GtkWidget *icon, *state, *shown, *code, *number, *stale, *buttons, *mark, *accept, *remove;
};

G_DEFINE_FINAL_TYPE(SmSafetyNumber, sm_safety_number, ADW_TYPE_BIN)

/* The key that the contact has now; NULL: none is known. */
static GVariant *current_key(SmSafetyNumber *self)
{
        g_autoptr(GVariant) key =
                        g_dbus_proxy_get_cached_property(sm_conversation_proxy(self->contact), "IdentityKey");

        if (!key || !g_variant_is_of_type(key, G_VARIANT_TYPE_BYTESTRING) || g_variant_n_children(key) == 0)
                return NULL;
        return g_steal_pointer(&key);
}

/* ---- What is shown ---- */

static void update(SmSafetyNumber *self)
{
        g_autofree char *words = trust_words(self->contact);
        g_autoptr(GVariant) key = current_key(self);
        gboolean is_changed = sm_conversation_flag(self->contact, "KeyChanged");
        gboolean is_verified = sm_conversation_flag(self->contact, "Verified");
        gboolean is_stale = self->key && !(key && g_variant_equal(key, self->key));

        gtk_label_set_text(GTK_LABEL(self->state), words);
        gtk_image_set_from_icon_name(GTK_IMAGE(self->icon), trust_icon_name(self->contact));
        (is_changed ? gtk_widget_add_css_class : gtk_widget_remove_css_class)(self->state, "warning");
        gtk_widget_set_visible(self->shown, self->key && !is_stale);
        gtk_widget_set_visible(self->stale, is_stale);
        gtk_widget_set_visible(self->buttons, self->key && !is_stale);
        gtk_widget_set_visible(self->mark, !is_verified);
        gtk_widget_set_visible(self->accept, is_changed);
        gtk_widget_set_visible(self->remove, is_verified);
}

/* The number of the key that the contact has now comes before the person's eyes. */
static void show_number(SmSafetyNumber *self)
{
        g_autofree char *digits = sm_conversation_text(self->contact, "SafetyNumber");
        g_autofree char *lines = client_safety_number_lines(digits, "");

        g_clear_pointer(&self->key, g_variant_unref);
        if (lines)
                self->key = current_key(self);
        gtk_label_set_text(GTK_LABEL(self->number), lines ? lines : "");
        sm_qr_view_set_text(SM_QR_VIEW(self->code), lines ? digits : "");
        update(self);
}

static void on_changed(SmSafetyNumber *self)
{
        if (self->key)
                update(self);
        else
                show_number(self);
}

/* ---- What is done ---- */

static void on_mark(SmSafetyNumber *self)
{
        contact_call_key(GTK_WIDGET(self), self->contact, "MarkVerified", self->key, NULL);
}

static void on_remove(SmSafetyNumber *self)
{
        contact_call_plain(GTK_WIDGET(self), self->contact, "Unverify", NULL);
}

static void on_accept_response(AdwMessageDialog *dialog, const char *response, SmSafetyNumber *self)
{
        if (strcmp(response, "accept") == 0)
                contact_call_key(GTK_WIDGET(self), self->contact, "AcceptKey", g_object_get_data(G_OBJECT(dialog), "key"),
                                 NULL);
}

static void on_accept(SmSafetyNumber *self)
{
        GtkWidget *dialog = adw_message_dialog_new(
                        GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self))), _("Accept Without Comparing?"),
                        _("If somebody stands between you, they can read what you send from here on."));

        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "accept", _("_Accept"), NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "accept", ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
        g_object_set_data_full(G_OBJECT(dialog), "key", g_variant_ref(self->key), (GDestroyNotify)g_variant_unref);
        g_signal_connect_object(dialog, "response", G_CALLBACK(on_accept_response), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

/* ---- The object ---- */

static void sm_safety_number_dispose(GObject *object)
{
        SmSafetyNumber *self = SM_SAFETY_NUMBER(object);

        if (self->contact)
                g_signal_handlers_disconnect_by_data(self->contact, self);
        g_clear_object(&self->contact);
        g_clear_pointer(&self->key, g_variant_unref);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_SAFETY_NUMBER);
        G_OBJECT_CLASS(sm_safety_number_parent_class)->dispose(object);
}

static void sm_safety_number_class_init(SmSafetyNumberClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_safety_number_dispose;
        g_type_ensure(SM_TYPE_QR_VIEW);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/safety-number.ui");
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, icon);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, state);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, shown);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, code);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, number);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, stale);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, buttons);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, mark);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, accept);
        gtk_widget_class_bind_template_child(widget, SmSafetyNumber, remove);
        gtk_widget_class_bind_template_callback(widget, on_mark);
        gtk_widget_class_bind_template_callback(widget, on_accept);
        gtk_widget_class_bind_template_callback(widget, on_remove);
        gtk_widget_class_bind_template_callback(widget, show_number);
}

static void sm_safety_number_init(SmSafetyNumber *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_safety_number_set_contact(SmSafetyNumber *self, SmConversation *contact)
{
        g_set_object(&self->contact, contact);
        g_signal_connect_swapped(contact, "changed", G_CALLBACK(on_changed), self);
        show_number(self);
}
