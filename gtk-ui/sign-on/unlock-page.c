/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/sign-on/unlock-page.h"

#include "client/failure.h"
#include "gtk-ui/sign-on/password-call.h"

struct _SmUnlockPage {
        AdwBin parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        GtkWidget *password, *problem, *button, *spinner;
};

G_DEFINE_FINAL_TYPE(SmUnlockPage, sm_unlock_page, ADW_TYPE_BIN)

static void set_busy(SmUnlockPage *self, gboolean busy)
{
        gtk_widget_set_sensitive(self->password, !busy);
        gtk_widget_set_sensitive(self->button, !busy);
        gtk_spinner_set_spinning(GTK_SPINNER(self->spinner), busy);
}

static void on_unlocked(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        gboolean done = password_call_finish(source, result, &error);
        SmUnlockPage *self = userdata;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        set_busy(self, FALSE);
        gtk_widget_set_visible(self->problem, !done);
        if (!done) {
                g_autofree char *text = client_failure_describe(error);

                gtk_label_set_text(GTK_LABEL(self->problem), text);
                gtk_widget_grab_focus(self->password);
        }
}

static void on_unlock(SmUnlockPage *self)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        set_busy(self, TRUE);
        gtk_widget_set_visible(self->problem, FALSE);
        password_call(self->daemon, "Unlock", NULL, GTK_EDITABLE(self->password),
                      g_variant_builder_end(&options), self->cancellable, on_unlocked, self);
}

static gboolean sm_unlock_page_grab_focus(GtkWidget *widget)
{
        return gtk_widget_grab_focus(SM_UNLOCK_PAGE(widget)->password);
}

static void sm_unlock_page_dispose(GObject *object)
{
        SmUnlockPage *self = SM_UNLOCK_PAGE(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_UNLOCK_PAGE);
        G_OBJECT_CLASS(sm_unlock_page_parent_class)->dispose(object);
}

static void sm_unlock_page_class_init(SmUnlockPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_unlock_page_dispose;
        widget->grab_focus = sm_unlock_page_grab_focus;
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/unlock-page.ui");
        gtk_widget_class_bind_template_child(widget, SmUnlockPage, password);
        gtk_widget_class_bind_template_child(widget, SmUnlockPage, problem);
        gtk_widget_class_bind_template_child(widget, SmUnlockPage, button);
        gtk_widget_class_bind_template_child(widget, SmUnlockPage, spinner);
        gtk_widget_class_bind_template_callback(widget, on_unlock);
}

static void sm_unlock_page_init(SmUnlockPage *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_unlock_page_set_daemon(SmUnlockPage *self, SmDaemon *daemon)
{
        g_set_object(&self->daemon, daemon);
}
