/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/preferences/password-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/failure.h"
#include "gtk-ui/preferences/password-row.h"
#include "gtk-ui/sign-on/password-call.h"

struct _SmPasswordDialog {
        AdwWindow parent;
        SmDaemon *daemon;
        const SmPasswordQuestion *question;
        GCancellable *cancellable;
        GtkWidget *text, *form, *name, *password, *problem, *cancel, *button, *progress;
        gboolean is_busy;
};

G_DEFINE_FINAL_TYPE(SmPasswordDialog, sm_password_dialog, ADW_TYPE_WINDOW)

static GtkEditable *editable(GtkWidget *row)
{
        return sm_password_row_editable(SM_PASSWORD_ROW(row));
}

/* A word that does for any account would be too easily typed. */
static gboolean is_complete(SmPasswordDialog *self)
{
        if (self->question->is_destructive && strcmp(gtk_editable_get_text(GTK_EDITABLE(self->name)),
                                                     sm_daemon_user_name(self->daemon)) != 0)
                return FALSE;
        return *gtk_editable_get_text(editable(self->password)) != '\0';
}

static void on_changed(SmPasswordDialog *self)
{
        gtk_widget_set_sensitive(self->button, self->question && is_complete(self));
}

static void set_busy(SmPasswordDialog *self, gboolean busy)
{
        self->is_busy = busy;
        gtk_widget_set_sensitive(self->form, !busy);
        gtk_widget_set_sensitive(self->cancel, !busy);
        gtk_widget_set_visible(self->progress, busy);
        gtk_spinner_set_spinning(GTK_SPINNER(gtk_widget_get_first_child(self->progress)), busy);
        if (busy)
                gtk_widget_set_sensitive(self->button, FALSE);
        else
                on_changed(self);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        gboolean done = password_call_finish(source, result, &error);
        SmPasswordDialog *self = userdata;
        g_autofree char *text = NULL;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        if (done) {
                gtk_window_destroy(GTK_WINDOW(self));
                return;
        }
        text = client_failure_describe(error);
        gtk_label_set_text(GTK_LABEL(self->problem), text);
        gtk_widget_set_visible(self->problem, TRUE);
        set_busy(self, FALSE);
        sm_password_row_focus(SM_PASSWORD_ROW(self->password));
}

static void on_confirm(SmPasswordDialog *self)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!gtk_widget_get_sensitive(self->button))
                return;
        if (self->question->option)
                g_variant_builder_add(&options, "{sv}", self->question->option, g_variant_new_boolean(TRUE));
        gtk_widget_set_visible(self->problem, FALSE);
        set_busy(self, TRUE);
        password_call(self->daemon, self->question->method, NULL, editable(self->password),
                      g_variant_builder_end(&options), self->cancellable, on_done, self);
}

/* The daemon goes on with what it was asked: so the answer is waited for. */
static gboolean on_close(SmPasswordDialog *self)
{
        return self->is_busy;
}

/* What belongs to an account is not shown without it. */
static void on_state(SmPasswordDialog *self)
{
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                gtk_window_destroy(GTK_WINDOW(self));
}

static void sm_password_dialog_dispose(GObject *object)
{
        SmPasswordDialog *self = SM_PASSWORD_DIALOG(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_PASSWORD_DIALOG);
        G_OBJECT_CLASS(sm_password_dialog_parent_class)->dispose(object);
}

static void sm_password_dialog_class_init(SmPasswordDialogClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_password_dialog_dispose;
        g_type_ensure(SM_TYPE_PASSWORD_ROW);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/password-dialog.ui");
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, text);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, form);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, name);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, password);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, problem);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, cancel);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, button);
        gtk_widget_class_bind_template_child(widget, SmPasswordDialog, progress);
        gtk_widget_class_bind_template_callback(widget, on_changed);
        gtk_widget_class_bind_template_callback(widget, on_close);
        gtk_widget_class_bind_template_callback(widget, on_confirm);
        gtk_widget_class_add_binding_action(widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void sm_password_dialog_init(SmPasswordDialog *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_password_dialog_open(GtkWindow *parent, SmDaemon *daemon, const SmPasswordQuestion *question)
{
        SmPasswordDialog *self = g_object_new(SM_TYPE_PASSWORD_DIALOG, "transient-for", parent, NULL);

        self->daemon = g_object_ref(daemon);
        self->question = question;
        gtk_window_set_title(GTK_WINDOW(self), _(question->title));
        gtk_label_set_text(GTK_LABEL(self->text), _(question->text));
        gtk_button_set_label(GTK_BUTTON(self->button), _(question->button));
        gtk_widget_add_css_class(self->button, question->is_destructive ? "destructive-action" : "suggested-action");
        gtk_widget_set_visible(self->name, question->is_destructive);
        g_signal_connect_object(daemon, "state-changed", G_CALLBACK(on_state), self, G_CONNECT_SWAPPED);
        gtk_window_present(GTK_WINDOW(self));
        if (question->is_destructive)
                gtk_widget_grab_focus(self->name);
        else
                sm_password_row_focus(SM_PASSWORD_ROW(self->password));
}
