/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/settings.h"

#include "client/connection.h"
#include "client/failure.h"
#include "client/messenger-proxies.h"

struct _SmSettings {
        GObject parent;
        GDBusProxy *proxy;
        GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE(SmSettings, sm_settings, G_TYPE_OBJECT)

enum { CHANGED, REFUSED, SIGNALS };
static guint signals[SIGNALS];

static void tell_changed(SmSettings *self, const char *name)
{
        g_signal_emit(self, signals[CHANGED], g_quark_from_string(name));
}

static void on_properties_changed(SmSettings *self, GVariant *changed, const char *const *invalidated)
{
        GVariantIter iter;
        const char *name;

        g_variant_iter_init(&iter, changed);
        while (g_variant_iter_next(&iter, "{&sv}", &name, NULL))
                tell_changed(self, name);
        for (; *invalidated; invalidated++)
                tell_changed(self, *invalidated);
}

static void on_proxy(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        MessengerSettings *proxy = messenger_settings_proxy_new_finish(result, &error);
        SmSettings *self = userdata;
        g_auto(GStrv) names = NULL;

        if (!proxy) {
                if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                        g_warning("settings: %s", error->message);
                return;
        }
        self->proxy = G_DBUS_PROXY(proxy);
        g_signal_connect_swapped(proxy, "g-properties-changed", G_CALLBACK(on_properties_changed), self);
        names = g_dbus_proxy_get_cached_property_names(self->proxy);
        for (gsize i = 0; names && names[i]; i++)
                tell_changed(self, names[i]);
}

GVariant *sm_settings_read(SmSettings *self, const char *name)
{
        return self->proxy ? g_dbus_proxy_get_cached_property(self->proxy, name) : NULL;
}

typedef struct Write {
        SmSettings *settings;
        char *name;
} Write;

static void on_written(GObject *source, GAsyncResult *result, gpointer userdata)
{
        Write *write = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!reply) {
                g_autofree char *text = client_failure_describe(error);

                tell_changed(write->settings, write->name);
                g_signal_emit(write->settings, signals[REFUSED], 0, text);
        }
        g_object_unref(write->settings);
        g_free(write->name);
        g_free(write);
}

/* Not by the proxy's own property, which would not tell how it went. */
void sm_settings_write(SmSettings *self, const char *name, GVariant *value)
{
        g_autoptr(GVariant) held = g_variant_ref_sink(value);
        Write *write;

        if (!self->proxy)
                return;
        write = g_new(Write, 1);
        *write = (Write){.settings = g_object_ref(self), .name = g_strdup(name)};
        g_dbus_proxy_call(self->proxy, "org.freedesktop.DBus.Properties.Set",
                          g_variant_new("(ssv)", CLIENT_SETTINGS_INTERFACE, name, held), G_DBUS_CALL_FLAGS_NONE,
                          CLIENT_CALL_TIMEOUT_MS, NULL, on_written, write);
}

static void sm_settings_dispose(GObject *object)
{
        SmSettings *self = SM_SETTINGS(object);

        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        if (self->proxy)
                g_signal_handlers_disconnect_by_data(self->proxy, self);
        g_clear_object(&self->proxy);
        G_OBJECT_CLASS(sm_settings_parent_class)->dispose(object);
}

static void sm_settings_class_init(SmSettingsClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_settings_dispose;
        signals[CHANGED] = g_signal_new("changed", SM_TYPE_SETTINGS, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
        signals[REFUSED] = g_signal_new("refused", SM_TYPE_SETTINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                        1, G_TYPE_STRING);
}

static void sm_settings_init(SmSettings *self)
{
        self->cancellable = g_cancellable_new();
}

SmSettings *sm_settings_new(GDBusConnection *connection)
{
        SmSettings *self = g_object_new(SM_TYPE_SETTINGS, NULL);

        messenger_settings_proxy_new(connection, G_DBUS_PROXY_FLAGS_NONE, CLIENT_BUS_NAME, CLIENT_ROOT_PATH,
                                     self->cancellable, on_proxy, self);
        return self;
}
