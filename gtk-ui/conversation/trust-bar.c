/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/conversation/trust-bar.h"

#include <glib/gi18n.h>

#include "gtk-ui/contact/offer-watch.h"
#include "gtk-ui/contact/verification-page.h"
#include "gtk-ui/model/comparison.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/wording.h"

struct _SmTrustBar {
        AdwBin parent;
        SmDaemon *daemon;
        SmConversation *contact; /* NULL: nobody, or a group */
        SmComparison *comparison;
        SmOfferWatch *watch;
        AdwToast *toast; /* the last one that said who asks: there is never more than one */
        GtkWidget *revealer, *icon, *text, *cancel, *compare, *go_on, *look;
};

G_DEFINE_FINAL_TYPE(SmTrustBar, sm_trust_bar, ADW_TYPE_BIN)

static void show(SmTrustBar *self, const char *icon, const char *text, gboolean is_warning)
{
        gtk_image_set_from_icon_name(GTK_IMAGE(self->icon), icon);
        gtk_label_set_text(GTK_LABEL(self->text), text);
        (is_warning ? gtk_widget_add_css_class : gtk_widget_remove_css_class)(self->text, "warning");
}

/* What is not revealed is not there for screen readers either. */
static void on_revealed(SmTrustBar *self)
{
        GtkRevealer *revealer = GTK_REVEALER(self->revealer);

        gtk_widget_set_visible(self->revealer,
                               gtk_revealer_get_reveal_child(revealer) || gtk_revealer_get_child_revealed(revealer));
}

static void update(SmTrustBar *self)
{
        gboolean is_offered = self->comparison && sm_comparison_state(self->comparison) == SM_COMPARISON_OFFERED;
        gboolean goes_on = self->comparison && sm_comparison_is_under_way(self->comparison) && !is_offered;
        gboolean is_changed = self->contact && sm_conversation_flag(self->contact, "KeyChanged");
        g_autofree char *name = wording_isolated(self->contact ? sm_conversation_title(self->contact) : "");
        g_autofree char *offered = g_strdup_printf(_("%s wants to compare emoji with you."), name);
        g_autofree char *under_way = g_strdup_printf(_("You are comparing emoji with %s."), name);

        if (is_offered)
                show(self, "security-high-symbolic", offered, FALSE);
        else if (goes_on)
                show(self, "security-high-symbolic", under_way, FALSE);
        else if (is_changed)
                show(self, "dialog-warning-symbolic",
                     _("The security key has changed, and nothing is sent until you accept the new one."), TRUE);
        gtk_widget_set_visible(self->cancel, is_offered);
        gtk_widget_set_visible(self->compare, is_offered);
        gtk_widget_set_visible(self->go_on, goes_on);
        gtk_widget_set_visible(self->look, is_changed && !is_offered && !goes_on);
        gtk_revealer_set_reveal_child(GTK_REVEALER(self->revealer), is_offered || goes_on || is_changed);
        on_revealed(self);
}

static void on_failed(SmTrustBar *self, const GError *error)
{
        toast_failure(GTK_WIDGET(self), error);
}

/* ---- What the person does ---- */

static void on_cancel(SmTrustBar *self)
{
        if (self->comparison)
                sm_comparison_cancel(self->comparison);
}

static void on_compare(SmTrustBar *self)
{
        if (self->contact)
                sm_verification_page_compare(GTK_WIDGET(self), self->daemon, self->contact);
}

static void on_look(SmTrustBar *self)
{
        if (self->contact)
                sm_verification_page_open(GTK_WIDGET(self), self->daemon, self->contact);
}

/* ---- Another contact than the one whose conversation is open ---- */

static void on_offered(SmTrustBar *self, SmConversation *contact)
{
        GtkWidget *toasts = gtk_widget_get_ancestor(GTK_WIDGET(self), ADW_TYPE_TOAST_OVERLAY);
        g_autofree char *name = NULL, *words = NULL, *escaped = NULL;

        if (contact == self->contact || !toasts)
                return;
        name = wording_isolated(sm_conversation_title(contact));
        words = g_strdup_printf(_("%s wants to compare emoji with you."), name);
        escaped = g_markup_escape_text(words, -1);
        if (self->toast)
                adw_toast_dismiss(self->toast);
        g_clear_object(&self->toast);
        self->toast = g_object_ref(adw_toast_new(escaped));
        adw_toast_set_button_label(self->toast, _("Show"));
        adw_toast_set_action_name(self->toast, "app.open-conversation");
        adw_toast_set_action_target_value(self->toast, g_variant_new_string(sm_conversation_name(contact)));
        adw_toast_set_timeout(self->toast, 0);
        adw_toast_overlay_add_toast(ADW_TOAST_OVERLAY(toasts), self->toast);
}

static void watch(SmTrustBar *self)
{
        GDBusConnection *connection = g_application_get_dbus_connection(g_application_get_default());

        if (self->watch || !self->daemon || !connection)
                return;
        self->watch = sm_offer_watch_new(self->daemon, connection);
        g_signal_connect_swapped(self->watch, "offered", G_CALLBACK(on_offered), self);
}

/* ---- The object ---- */

static void leave(SmTrustBar *self)
{
        if (self->comparison)
                g_signal_handlers_disconnect_by_data(self->comparison, self);
        if (self->contact)
                g_signal_handlers_disconnect_by_data(self->contact, self);
        g_clear_object(&self->comparison);
        g_clear_object(&self->contact);
}

void sm_trust_bar_set_conversation(SmTrustBar *self, SmDaemon *daemon, SmConversation *conversation)
{
        leave(self);
        g_set_object(&self->daemon, daemon);
        watch(self);
        if (conversation && !sm_conversation_is_group(conversation)) {
                self->contact = g_object_ref(conversation);
                self->comparison = sm_comparison_new(conversation);
                g_signal_connect_swapped(self->contact, "changed", G_CALLBACK(update), self);
                g_signal_connect_swapped(self->comparison, "changed", G_CALLBACK(update), self);
                g_signal_connect_swapped(self->comparison, "failed", G_CALLBACK(on_failed), self);
        }
        update(self);
}

static void sm_trust_bar_dispose(GObject *object)
{
        SmTrustBar *self = SM_TRUST_BAR(object);

        leave(self);
        if (self->watch)
                g_signal_handlers_disconnect_by_data(self->watch, self);
        g_clear_object(&self->watch);
        g_clear_object(&self->toast);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_TRUST_BAR);
        G_OBJECT_CLASS(sm_trust_bar_parent_class)->dispose(object);
}

static void sm_trust_bar_class_init(SmTrustBarClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_trust_bar_dispose;
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/trust-bar.ui");
        gtk_widget_class_bind_template_child(widget, SmTrustBar, revealer);
        gtk_widget_class_bind_template_child(widget, SmTrustBar, icon);
        gtk_widget_class_bind_template_child(widget, SmTrustBar, text);
        gtk_widget_class_bind_template_child(widget, SmTrustBar, cancel);
        gtk_widget_class_bind_template_child(widget, SmTrustBar, compare);
        gtk_widget_class_bind_template_child(widget, SmTrustBar, go_on);
        gtk_widget_class_bind_template_child(widget, SmTrustBar, look);
        gtk_widget_class_bind_template_callback(widget, on_revealed);
        gtk_widget_class_bind_template_callback(widget, on_cancel);
        gtk_widget_class_bind_template_callback(widget, on_compare);
        gtk_widget_class_bind_template_callback(widget, on_look);
}

static void sm_trust_bar_init(SmTrustBar *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}
