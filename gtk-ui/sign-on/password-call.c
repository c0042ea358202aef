/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/sign-on/password-call.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#include "client/connection.h"
#include "client/failure.h"
#include "client/secret.h"

static int append_password(GUnixFDList *descriptors, const char *text, GError **error)
{
        g_autoptr(ClientSecret) secret = client_secret_new();
        size_t size = strlen(text);
        int fd, index;

        if (size >= CLIENT_SECRET_MAX) {
                g_set_error_literal(error, CLIENT_FAILURE, CLIENT_FAILURE_BAD_PASSWORD,
                                    client_failure_sentence(CLIENT_FAILURE_BAD_PASSWORD));
                return -1;
        }
        memcpy(secret->bytes, text, size);
        secret->size = size;
        fd = client_secret_to_descriptor(secret, error);
        if (fd < 0)
                return -1;
        index = g_unix_fd_list_append(descriptors, fd, error); /* its own copy */
        close(fd);
        return index;
}

static GVariant *arguments_of(GVariant *before, int index, GVariant *options)
{
        GVariantBuilder builder;

        g_variant_builder_init(&builder, G_VARIANT_TYPE_TUPLE);
        for (gsize i = 0; before && i < g_variant_n_children(before); i++) {
                g_autoptr(GVariant) child = g_variant_get_child_value(before, i);

                g_variant_builder_add_value(&builder, child);
        }
        g_variant_builder_add_value(&builder, g_variant_new_handle(index));
        g_variant_builder_add_value(&builder, options);
        return g_variant_builder_end(&builder);
}

/* `index` of the last password, or -1 with an error that this takes. */
static void call(SmDaemon *daemon, const char *method, int index, GError *error, GVariant *arguments,
                 GUnixFDList *descriptors, GCancellable *cancellable, GAsyncReadyCallback done, gpointer userdata)
{
        g_autoptr(GVariant) held = g_variant_ref_sink(arguments);
        MessengerAccount *account = sm_daemon_account(daemon);

        if (index >= 0 && !account) {
                index = -1;
                g_set_error_literal(&error, CLIENT_FAILURE, CLIENT_FAILURE_NO_DAEMON,
                                    client_failure_sentence(CLIENT_FAILURE_NO_DAEMON));
        }
        if (index < 0) {
                g_task_report_error(NULL, done, userdata, password_call, error);
                return;
        }
        g_dbus_proxy_call_with_unix_fd_list(G_DBUS_PROXY(account), method, held, G_DBUS_CALL_FLAGS_NONE,
                                            CLIENT_SIGN_ON_TIMEOUT_MS, descriptors, cancellable, done, userdata);
}

void password_call(SmDaemon *daemon, const char *method, GVariant *before, GtkEditable *password, GVariant *options,
                   GCancellable *cancellable, GAsyncReadyCallback done, gpointer userdata)
{
        g_autoptr(GVariant) first = before ? g_variant_ref_sink(before) : NULL;
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
        GError *error = NULL;
        int index = append_password(descriptors, gtk_editable_get_text(password), &error);

        gtk_editable_set_text(password, "");
        call(daemon, method, index, error, arguments_of(first, index, options), descriptors, cancellable, done, userdata);
}

void password_call_change(SmDaemon *daemon, GtkEditable *old, GtkEditable *new, GCancellable *cancellable,
                          GAsyncReadyCallback done, gpointer userdata)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
        GError *error = NULL;
        int first = append_password(descriptors, gtk_editable_get_text(old), &error), second = -1;

        if (first >= 0)
                second = append_password(descriptors, gtk_editable_get_text(new), &error);
        gtk_editable_set_text(old, "");
        gtk_editable_set_text(new, "");
        call(daemon, "ChangePassword", second, error, g_variant_new("(hha{sv})", first, second, &options), descriptors,
             cancellable, done, userdata);
}

void password_call_sign_on(SmDaemon *daemon, const SmSignOn *what, GCancellable *cancellable, GAsyncReadyCallback done,
                           gpointer userdata)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();
        GError *error = NULL;
        int index = append_password(descriptors, gtk_editable_get_text(what->password), &error), invitation;

        if (*what->pin)
                g_variant_builder_add(&options, "{sv}", "pin", g_variant_new_string(what->pin));
        if (index >= 0 && *what->invitation) {
                invitation = append_password(descriptors, what->invitation, &error);
                g_variant_builder_add(&options, "{sv}", "invitation", g_variant_new_handle(invitation));
                index = invitation < 0 ? -1 : index;
        }
        gtk_editable_set_text(what->password, "");
        call(daemon, what->method, index, error,
             g_variant_new("(ssha{sv})", what->server, what->user_name, index, &options), descriptors, cancellable, done,
             userdata);
}

gboolean password_call_finish(GObject *source, GAsyncResult *result, GError **error)
{
        g_autoptr(GVariant) reply = NULL;

        if (g_async_result_is_tagged(result, password_call))
                return g_task_propagate_boolean(G_TASK(result), error);
        reply = g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source), NULL, result, error);
        return reply != NULL;
}
