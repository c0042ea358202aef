/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/sign-on-page.h"

#include "client/failure.h"
#include "gtk-ui/password-call.h"

struct _SmSignOnPage {
        AdwBin parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        GtkWidget *form, *server, *pin, *name, *password, *problem, *buttons, *progress, *spinner;
};

G_DEFINE_FINAL_TYPE(SmSignOnPage, sm_sign_on_page, ADW_TYPE_BIN)

static const char *text_of(GtkWidget *entry)
{
        return gtk_editable_get_text(GTK_EDITABLE(entry));
}

static void on_changed(SmSignOnPage *self)
{
        gtk_widget_set_sensitive(self->buttons, *text_of(self->server) && *text_of(self->name) &&
                                                                *text_of(self->password));
}

static void set_busy(SmSignOnPage *self, gboolean busy)
{
        GtkWidget *fields[] = {self->server, self->pin, self->name, self->password};

        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
                gtk_widget_set_sensitive(fields[i], !busy);
        gtk_widget_set_visible(self->progress, busy);
        gtk_spinner_set_spinning(GTK_SPINNER(self->spinner), busy);
        if (busy)
                gtk_widget_set_sensitive(self->buttons, FALSE);
        else
                on_changed(self);
}

static void on_signed_on(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        gboolean done = password_call_finish(source, result, &error);
        SmSignOnPage *self = userdata;

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

static void sign_on(SmSignOnPage *self, const char *method)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!gtk_widget_get_sensitive(self->buttons))
                return;
        if (*text_of(self->pin))
                g_variant_builder_add(&options, "{sv}", "pin", g_variant_new_string(text_of(self->pin)));
        set_busy(self, TRUE);
        gtk_widget_set_visible(self->problem, FALSE);
        password_call(self->daemon, method,
                      g_variant_new("(ss)", text_of(self->server), text_of(self->name)),
                      GTK_EDITABLE(self->password), g_variant_builder_end(&options), self->cancellable,
                      on_signed_on, self);
}

static void on_register(SmSignOnPage *self)
{
        sign_on(self, "Register");
}

static void on_login(SmSignOnPage *self)
{
        sign_on(self, "Login");
}

static void sm_sign_on_page_dispose(GObject *object)
{
        SmSignOnPage *self = SM_SIGN_ON_PAGE(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_SIGN_ON_PAGE);
        G_OBJECT_CLASS(sm_sign_on_page_parent_class)->dispose(object);
}

static void sm_sign_on_page_class_init(SmSignOnPageClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_sign_on_page_dispose;
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/sign-on-page.ui");
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, form);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, server);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, pin);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, name);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, password);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, problem);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, buttons);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, progress);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, spinner);
        gtk_widget_class_bind_template_callback(widget, on_changed);
        gtk_widget_class_bind_template_callback(widget, on_register);
        gtk_widget_class_bind_template_callback(widget, on_login);
}

static void sm_sign_on_page_init(SmSignOnPage *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_sign_on_page_set_daemon(SmSignOnPage *self, SmDaemon *daemon)
{
        g_set_object(&self->daemon, daemon);
}
