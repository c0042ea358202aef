/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact.h"

struct _SmContact {
        GObject parent;
        GDBusProxy *proxy;
        char *name;
        guint64 newest;
        gint64 newest_time;
        char *preview;
};

G_DEFINE_FINAL_TYPE(SmContact, sm_contact, G_TYPE_OBJECT)

static guint changed_signal;

static void on_properties_changed(GDBusProxy *proxy, GVariant *changed, const char *const *invalidated,
                                  SmContact *self)
{
        g_signal_emit(self, changed_signal, 0);
}

static void sm_contact_finalize(GObject *object)
{
        SmContact *self = SM_CONTACT(object);

        g_signal_handlers_disconnect_by_data(self->proxy, self);
        g_clear_object(&self->proxy);
        g_free(self->name);
        g_free(self->preview);
        G_OBJECT_CLASS(sm_contact_parent_class)->finalize(object);
}

static void sm_contact_class_init(SmContactClass *class)
{
        G_OBJECT_CLASS(class)->finalize = sm_contact_finalize;
        changed_signal = g_signal_new("changed", SM_TYPE_CONTACT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
}

static void sm_contact_init(SmContact *self)
{
        self->preview = g_strdup("");
}

SmContact *sm_contact_new(GDBusProxy *proxy)
{
        SmContact *self = g_object_new(SM_TYPE_CONTACT, NULL);

        self->proxy = g_object_ref(proxy);
        self->name = sm_contact_text(self, "Name");
        g_signal_connect(proxy, "g-properties-changed", G_CALLBACK(on_properties_changed), self);
        return self;
}

GDBusProxy *sm_contact_proxy(SmContact *self)
{
        return self->proxy;
}

const char *sm_contact_name(SmContact *self)
{
        return self->name;
}

static GVariant *get(SmContact *self, const char *property, const GVariantType *type)
{
        g_autoptr(GVariant) value = g_dbus_proxy_get_cached_property(self->proxy, property);

        return value && g_variant_is_of_type(value, type) ? g_steal_pointer(&value) : NULL;
}

gboolean sm_contact_flag(SmContact *self, const char *property)
{
        g_autoptr(GVariant) value = get(self, property, G_VARIANT_TYPE_BOOLEAN);

        return value && g_variant_get_boolean(value);
}

guint64 sm_contact_number(SmContact *self, const char *property)
{
        g_autoptr(GVariant) wide = get(self, property, G_VARIANT_TYPE_UINT64);
        g_autoptr(GVariant) narrow = get(self, property, G_VARIANT_TYPE_UINT32);

        return wide ? g_variant_get_uint64(wide) : narrow ? g_variant_get_uint32(narrow) : 0;
}

char *sm_contact_text(SmContact *self, const char *property)
{
        g_autoptr(GVariant) value = get(self, property, G_VARIANT_TYPE_STRING);

        return g_strdup(value ? g_variant_get_string(value, NULL) : "");
}

void sm_contact_set_newest(SmContact *self, guint64 number, gint64 time, const char *preview)
{
        if (number < self->newest)
                return;
        self->newest = number;
        self->newest_time = time;
        g_free(self->preview);
        self->preview = g_strdup(preview);
        g_signal_emit(self, changed_signal, 0);
}

guint64 sm_contact_newest(SmContact *self)
{
        return self->newest;
}

gint64 sm_contact_newest_time(SmContact *self)
{
        return self->newest_time;
}

const char *sm_contact_preview(SmContact *self)
{
        return self->preview;
}
