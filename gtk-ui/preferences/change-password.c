/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/change-password.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/failure.h"
#include "gtk-ui/preferences/password-row.h"
#include "gtk-ui/sign-on/password-call.h"

enum { PASSWORD_MIN = 8 }; /* bytes, as the daemon has it */

struct _SmChangePassword {
        AdwWindow parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        gboolean is_busy;
        GtkWidget *form, *old, *new, *again, *problem, *cancel, *button, *progress;
};

G_DEFINE_FINAL_TYPE(SmChangePassword, sm_change_password, ADW_TYPE_WINDOW)

static GtkEditable *editable(GtkWidget *row)
{
        return sm_password_row_editable(SM_PASSWORD_ROW(row));
}

static const char *text_of(GtkWidget *entry)
{
        return gtk_editable_get_text(editable(entry));
}

static void show_problem(SmChangePassword *self, const char *text)
{
        gtk_label_set_text(GTK_LABEL(self->problem), text ? text : "");
        gtk_widget_set_visible(self->problem, text != NULL);
}

/* What keeps the new password from being one; said once there is enough of it to be judged. */
static const char *problem_of(SmChangePassword *self)
{
        if (*text_of(self->new) && strlen(text_of(self->new)) < PASSWORD_MIN)
                return _("At least 8 characters, please.");
        if (*text_of(self->again) && strcmp(text_of(self->new), text_of(self->again)) != 0)
                return _("The two passwords differ.");
        return NULL;
}

static void on_changed(SmChangePassword *self)
{
        const char *problem = problem_of(self);

        if (self->is_busy)
                return;
        show_problem(self, problem);
        gtk_widget_set_sensitive(self->button, !problem && *text_of(self->old) && *text_of(self->new) &&
                                                               *text_of(self->again));
}

static void set_busy(SmChangePassword *self, gboolean busy)
{
        self->is_busy = busy;
        gtk_widget_set_sensitive(self->form, !busy);
        gtk_widget_set_sensitive(self->cancel, !busy);
        gtk_widget_set_visible(self->progress, busy);
        gtk_spinner_set_spinning(GTK_SPINNER(gtk_widget_get_first_child(self->progress)), busy);
        gtk_widget_set_sensitive(self->button, FALSE);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        gboolean done = password_call_finish(source, result, &error);
        SmChangePassword *self = userdata;
        GtkWindow *parent;
        g_autofree char *text = NULL;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        parent = gtk_window_get_transient_for(GTK_WINDOW(self));
        if (done) {
                if (ADW_IS_PREFERENCES_WINDOW(parent))
                        adw_preferences_window_add_toast(ADW_PREFERENCES_WINDOW(parent),
                                                         adw_toast_new(_("The password is changed")));
                gtk_window_destroy(GTK_WINDOW(self));
                return;
        }
        text = client_failure_describe(error);
        set_busy(self, FALSE);
        show_problem(self, text);
        sm_password_row_focus(SM_PASSWORD_ROW(self->old));
}

static void on_confirm(SmChangePassword *self)
{
        if (!gtk_widget_get_sensitive(self->button))
                return;
        set_busy(self, TRUE);
        show_problem(self, NULL);
        gtk_editable_set_text(editable(self->again), "");
        password_call_change(self->daemon, editable(self->old), editable(self->new), self->cancellable, on_done, self);
}

/* The daemon goes on with what it was asked: so the answer is waited for. */
static gboolean on_close(SmChangePassword *self)
{
        return self->is_busy;
}

/* What belongs to an account is not shown without it. */
static void on_state(SmChangePassword *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_destroy(GTK_WINDOW(self));
}

static void sm_change_password_dispose(GObject *object)
{
        SmChangePassword *self = SM_CHANGE_PASSWORD(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_CHANGE_PASSWORD);
        G_OBJECT_CLASS(sm_change_password_parent_class)->dispose(object);
}

static void sm_change_password_class_init(SmChangePasswordClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_change_password_dispose;
        g_type_ensure(SM_TYPE_PASSWORD_ROW);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/change-password.ui");
        gtk_widget_class_bind_template_child(widget, SmChangePassword, form);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, old);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, new);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, again);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, problem);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, cancel);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, button);
        gtk_widget_class_bind_template_child(widget, SmChangePassword, progress);
        gtk_widget_class_bind_template_callback(widget, on_changed);
        gtk_widget_class_bind_template_callback(widget, on_close);
        gtk_widget_class_bind_template_callback(widget, on_confirm);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_change_password_init(SmChangePassword *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_change_password_open(GtkWindow *parent, SmDaemon *daemon)
{
        SmChangePassword *self = g_object_new(SM_TYPE_CHANGE_PASSWORD, "transient-for", parent, NULL);

        self->daemon = g_object_ref(daemon);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(on_state), self, G_CONNECT_SWAPPED);
        gtk_window_present(GTK_WINDOW(self));
        sm_password_row_focus(SM_PASSWORD_ROW(self->old));
}
