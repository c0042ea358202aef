/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/verification-page.h"

#include <glib/gi18n.h>

#include "gtk-ui/contact/emoji-view.h"
#include "gtk-ui/contact/safety-number.h"
#include "gtk-ui/model/comparison.h"
#include "gtk-ui/stack.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/wording.h"

struct _SmVerificationPage {
        AdwWindow parent;
        SmConversation *contact;
        SmComparison *comparison;
        GtkWidget *pages, *number, *offered, *waiting, *question, *emoji, *answers, *patience, *over, *again;
};

G_DEFINE_FINAL_TYPE(SmVerificationPage, sm_verification_page, ADW_TYPE_WINDOW)

/* ---- What the comparison calls for ---- */

static void show_emoji(SmVerificationPage *self, gboolean is_confirmed)
{
        g_autoptr(GVariant) emoji = sm_comparison_show_emoji(self->comparison);

        sm_emoji_view_set_emoji(SM_EMOJI_VIEW(self->emoji), emoji);
        gtk_widget_set_visible(self->answers, emoji && !is_confirmed);
        gtk_widget_set_visible(self->patience, is_confirmed);
        stack_show(GTK_STACK(self->pages), "emoji");
}

static void show_end(SmVerificationPage *self, const char *icon, const char *title, const char *description)
{
        adw_status_page_set_icon_name(ADW_STATUS_PAGE(self->over), icon);
        adw_status_page_set_title(ADW_STATUS_PAGE(self->over), title);
        adw_status_page_set_description(ADW_STATUS_PAGE(self->over), description);
        gtk_widget_set_visible(self->again, sm_comparison_state(self->comparison) != SM_COMPARISON_VERIFIED);
        stack_show(GTK_STACK(self->pages), "over");
}

static void update(SmVerificationPage *self)
{
        switch (sm_comparison_state(self->comparison)) {
        case SM_COMPARISON_NONE:
                stack_show(GTK_STACK(self->pages), "number");
                return;
        case SM_COMPARISON_OFFERED:
                stack_show(GTK_STACK(self->pages), "offered");
                return;
        case SM_COMPARISON_WAITING:
                stack_show(GTK_STACK(self->pages), "waiting");
                return;
        case SM_COMPARISON_EMOJI:
        case SM_COMPARISON_CONFIRMED:
                show_emoji(self, sm_comparison_state(self->comparison) == SM_COMPARISON_CONFIRMED);
                return;
        case SM_COMPARISON_VERIFIED:
                show_end(self, "security-high-symbolic", _("Verified"),
                         _("Both of you saw the same emoji: nobody stands between you."));
                return;
        case SM_COMPARISON_MISMATCH:
                show_end(self, "dialog-warning-symbolic", _("The Emoji Differ"),
                         _("Somebody may stand between you and read along. Write nothing here that has to stay secret."));
                return;
        case SM_COMPARISON_CANCELLED:
                show_end(self, "action-unavailable-symbolic", _("Cancelled"),
                         _("The comparison was cancelled, and nothing has changed."));
                return;
        case SM_COMPARISON_TIMED_OUT:
                show_end(self, "action-unavailable-symbolic", _("It Took Too Long"),
                         _("The comparison has ended by itself, and nothing has changed."));
                return;
        }
}

static void on_failed(SmVerificationPage *self, const GError *error)
{
        toast_failure(self->pages, error);
}

/* ---- What the person does ---- */

static void on_start(SmVerificationPage *self)
{
        sm_comparison_start(self->comparison);
}

static void on_same(SmVerificationPage *self)
{
        sm_comparison_confirm(self->comparison);
}

static void on_different(SmVerificationPage *self)
{
        sm_comparison_mismatch(self->comparison);
}

static void on_cancel(SmVerificationPage *self)
{
        sm_comparison_cancel(self->comparison);
}

static void on_back(SmVerificationPage *self)
{
        sm_comparison_forget(self->comparison);
}

/* ---- The object ---- */

static void sm_verification_page_dispose(GObject *object)
{
        SmVerificationPage *self = SM_VERIFICATION_PAGE(object);

        g_clear_object(&self->comparison);
        g_clear_object(&self->contact);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_VERIFICATION_PAGE);
        G_OBJECT_CLASS(sm_verification_page_parent_class)->dispose(object);
}

static void sm_verification_page_class_init(SmVerificationPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_verification_page_dispose;
        g_type_ensure(SM_TYPE_SAFETY_NUMBER);
        g_type_ensure(SM_TYPE_EMOJI_VIEW);
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/verification-page.ui");
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, pages);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, number);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, offered);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, waiting);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, question);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, emoji);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, answers);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, patience);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, over);
        gtk_widget_class_bind_template_child(widget, SmVerificationPage, again);
        gtk_widget_class_bind_template_callback(widget, on_start);
        gtk_widget_class_bind_template_callback(widget, on_same);
        gtk_widget_class_bind_template_callback(widget, on_different);
        gtk_widget_class_bind_template_callback(widget, on_cancel);
        gtk_widget_class_bind_template_callback(widget, on_back);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_verification_page_init(SmVerificationPage *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

/* The sentences that have the contact's name in them. */
static void say_name(SmVerificationPage *self)
{
        g_autofree char *name = wording_isolated(sm_conversation_title(self->contact));
        g_autofree char *title = g_strdup_printf(_("Verify %s"), name);
        g_autofree char *offered = g_strdup_printf(
                        _("%s wants to look at seven emoji together with you. Call them, to be sure that it is them."), name);
        g_autofree char *waiting = g_strdup_printf(
                        _("%s has to agree on their side. Call them: you will compare what both of you see."), name);
        g_autofree char *question = g_strdup_printf(_("Does %s see the same, in the same order?"), name);
        g_autofree char *patience = g_strdup_printf(_("Waiting for %s to say so, too."), name);

        gtk_window_set_title(GTK_WINDOW(self), title);
        adw_status_page_set_description(ADW_STATUS_PAGE(self->offered), offered);
        adw_status_page_set_description(ADW_STATUS_PAGE(self->waiting), waiting);
        gtk_label_set_text(GTK_LABEL(self->question), question);
        gtk_label_set_text(GTK_LABEL(self->patience), patience);
}

static SmVerificationPage *make(GtkWidget *from, SmDaemon *daemon, SmConversation *contact)
{
        SmVerificationPage *self =
                        g_object_new(SM_TYPE_VERIFICATION_PAGE, "transient-for", gtk_widget_get_root(from), NULL);

        self->contact = g_object_ref(contact);
        self->comparison = sm_comparison_new(contact);
        say_name(self);
        sm_safety_number_set_contact(SM_SAFETY_NUMBER(self->number), contact);
        g_signal_connect_object(self->comparison, "changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(self->comparison, "failed", G_CALLBACK(on_failed), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(gtk_window_destroy), self, G_CONNECT_SWAPPED);
        update(self);
        return self;
}

void sm_verification_page_open(GtkWidget *from, SmDaemon *daemon, SmConversation *contact)
{
        gtk_window_present(GTK_WINDOW(make(from, daemon, contact)));
}

void sm_verification_page_compare(GtkWidget *from, SmDaemon *daemon, SmConversation *contact)
{
        SmVerificationPage *self = make(from, daemon, contact);

        sm_comparison_start(self->comparison);
        gtk_window_present(GTK_WINDOW(self));
}
