/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/sign-on/sign-on-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/failure.h"
#include "gtk-ui/preferences/password-row.h"
#include "gtk-ui/sign-on/password-call.h"
#include "gtk-ui/sign-on/server-link.h"

enum { PASSWORD_MIN = 8 }; /* bytes, as the daemon has it */

struct _SmSignOnPage {
        AdwBin parent;
        SmDaemon *daemon;
        GCancellable *cancellable;
        gboolean is_busy, is_reading_link, is_password_bad;
        GtkWidget *form, *server, *pin, *server_problem, *is_new, *explanation, *name, *password, *again, *invitation;
        GtkWidget *account_problem, *button, *progress, *spinner;
};

G_DEFINE_FINAL_TYPE(SmSignOnPage, sm_sign_on_page, ADW_TYPE_BIN)

static GtkEditable *secret(GtkWidget *row)
{
        return sm_password_row_editable(SM_PASSWORD_ROW(row));
}

static const char *text_of(gpointer entry)
{
        return gtk_editable_get_text(GTK_EDITABLE(entry));
}

static gboolean is_new(SmSignOnPage *self)
{
        return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->is_new));
}

/* ---- What is wrong, where it is ---- */

static void say(GtkWidget *label, GtkWidget *row, const char *text)
{
        gtk_label_set_text(GTK_LABEL(label), text ? text : "");
        gtk_widget_set_visible(label, text != NULL);
        if (row && text)
                gtk_widget_add_css_class(row, "error");
        else if (row)
                gtk_widget_remove_css_class(row, "error");
}

static void say_nothing(SmSignOnPage *self)
{
        GtkWidget *rows[] = {self->pin, self->name, self->password, self->again, self->invitation};

        say(self->server_problem, self->server, NULL);
        say(self->account_problem, NULL, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
                gtk_widget_remove_css_class(rows[i], "error");
}

/* Which row an error of the daemon's is about; NULL: none in particular. */
static GtkWidget *row_of(SmSignOnPage *self, ClientFailure failure)
{
        switch ((int)failure) {
        case CLIENT_FAILURE_SERVER_UNREACHABLE:
        case CLIENT_FAILURE_PROTOCOL_TOO_OLD:
        case CLIENT_FAILURE_PROTOCOL_TOO_NEW:
        case CLIENT_FAILURE_INVALID_ARGUMENT:
                return self->server;
        case CLIENT_FAILURE_CERTIFICATE_MISMATCH:
                return self->pin;
        case CLIENT_FAILURE_BAD_NAME:
        case CLIENT_FAILURE_NAME_TAKEN:
                return self->name;
        case CLIENT_FAILURE_BAD_PASSWORD:
        case CLIENT_FAILURE_WRONG_PASSWORD:
                return self->password;
        case CLIENT_FAILURE_BAD_INVITATION:
        case CLIENT_FAILURE_REGISTRATION_CLOSED:
                return self->invitation;
        default:
                return NULL;
        }
}

static void focus(SmSignOnPage *self, GtkWidget *row)
{
        if (row == self->password || row == self->again)
                sm_password_row_focus(SM_PASSWORD_ROW(row));
        else
                gtk_widget_grab_focus(row);
}

static void show_failure(SmSignOnPage *self, const GError *error)
{
        g_autofree char *text = client_failure_describe(error);
        GtkWidget *row = row_of(self, client_failure_of(error));

        say(row == self->server || row == self->pin ? self->server_problem : self->account_problem, row, text);
        focus(self, row ? row : self->password); /* which is empty now in any case */
}

/* What keeps the passwords from being one; said once there is enough to be judged. */
static GtkWidget *bad_password(SmSignOnPage *self, const char **problem)
{
        const char *password = text_of(secret(self->password)), *again = text_of(secret(self->again));

        if (is_new(self) && *again && strlen(password) < PASSWORD_MIN) {
                *problem = _("At least 8 characters, please.");
                return self->password;
        }
        if (is_new(self) && *again && strcmp(password, again) != 0) {
                *problem = _("The two passwords differ.");
                return self->again;
        }
        *problem = NULL;
        return NULL;
}

/* ---- The form ---- */

static void update_button(SmSignOnPage *self)
{
        const char *problem;

        bad_password(self, &problem);
        gtk_widget_set_sensitive(self->button, !self->is_busy && !problem && *text_of(self->server) && *text_of(self->name) &&
                                                               *text_of(secret(self->password)) &&
                                                               (!is_new(self) || *text_of(secret(self->again))));
}

/* What was wrong stays said until what it is about is another. */
static void on_changed(SmSignOnPage *self, GtkWidget *changed)
{
        const char *problem;
        GtkWidget *row = bad_password(self, &problem);

        if (self->is_busy)
                return;
        if (problem || self->is_password_bad || gtk_widget_has_css_class(changed, "error"))
                say_nothing(self);
        if (problem)
                say(self->account_problem, row, problem);
        self->is_password_bad = problem != NULL;
        update_button(self);
}

/* A link, or both together as the administrator has sent them, goes to where it belongs. */
static void on_server_changed(SmSignOnPage *self, GtkEditable *entry)
{
        g_autofree char *server = NULL, *pin = NULL;

        if (self->is_reading_link)
                return;
        if (server_link_parse(gtk_editable_get_text(entry), &server, &pin) && *pin) {
                self->is_reading_link = TRUE;
                gtk_editable_set_text(GTK_EDITABLE(self->server), server);
                gtk_editable_set_text(GTK_EDITABLE(self->pin), pin);
                self->is_reading_link = FALSE;
        }
        on_changed(self, GTK_WIDGET(entry));
}

static void on_kind(SmSignOnPage *self)
{
        gtk_label_set_text(GTK_LABEL(self->explanation),
                           is_new(self) ? _("The password opens your messages on this computer, too. Nobody can recover it.")
                                        : _("The device that has this account now is signed out. Here it begins with a new key, "
                                            "which your contacts are told of, and without a history."));
        gtk_widget_set_visible(self->again, is_new(self));
        gtk_widget_set_visible(self->invitation, is_new(self));
        gtk_button_set_label(GTK_BUTTON(self->button), is_new(self) ? _("_Register") : _("_Log In"));
        on_changed(self, self->password);
}

static void set_busy(SmSignOnPage *self, gboolean busy)
{
        self->is_busy = busy;
        gtk_widget_set_sensitive(self->form, !busy);
        gtk_widget_set_visible(self->progress, busy);
        gtk_spinner_set_spinning(GTK_SPINNER(self->spinner), busy);
        update_button(self);
}

static void on_signed_on(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        gboolean done = password_call_finish(source, result, &error);
        SmSignOnPage *self = userdata;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return;
        set_busy(self, FALSE);
        if (!done)
                show_failure(self, error);
}

static void on_sign_on(SmSignOnPage *self)
{
        const char *typed = text_of(self->server);
        g_autofree char *server = strstr(typed, "://") ? g_strdup(typed) : g_strconcat("wss://", typed, NULL);
        SmSignOn what = {
                        .method = is_new(self) ? "Register" : "Login",
                        .server = server,
                        .pin = text_of(self->pin),
                        .user_name = text_of(self->name),
                        .invitation = is_new(self) ? text_of(self->invitation) : "",
                        .password = secret(self->password),
        };

        if (!gtk_widget_get_sensitive(self->button))
                return;
        say_nothing(self);
        set_busy(self, TRUE);
        gtk_editable_set_text(secret(self->again), "");
        password_call_sign_on(self->daemon, &what, self->cancellable, on_signed_on, self);
}

/* ---- The object ---- */

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
        g_type_ensure(SM_TYPE_PASSWORD_ROW);
        gtk_widget_class_set_template_from_resource(widget,
                                                    "/org/securemessenger/SecureMessenger/sign-on-page.ui");
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, form);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, server);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, pin);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, server_problem);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, is_new);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, explanation);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, name);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, password);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, again);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, invitation);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, account_problem);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, button);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, progress);
        gtk_widget_class_bind_template_child(widget, SmSignOnPage, spinner);
        gtk_widget_class_bind_template_callback(widget, on_changed);
        gtk_widget_class_bind_template_callback(widget, on_server_changed);
        gtk_widget_class_bind_template_callback(widget, on_kind);
        gtk_widget_class_bind_template_callback(widget, on_sign_on);
}

static void sm_sign_on_page_init(SmSignOnPage *self)
{
        self->cancellable = g_cancellable_new();
        gtk_widget_init_template(GTK_WIDGET(self));
        on_kind(self);
}

void sm_sign_on_page_set_daemon(SmSignOnPage *self, SmDaemon *daemon)
{
        g_set_object(&self->daemon, daemon);
}
