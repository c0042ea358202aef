/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/conversation.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/wording.h"

struct _SmConversation {
        GObject parent;
        GDBusProxy *proxy;
        gboolean is_group, is_self;
        char *name, *title;
        SmMessage *newest;
        char *draft;
};

G_DEFINE_FINAL_TYPE(SmConversation, sm_conversation, G_TYPE_OBJECT)

static guint changed_signal;

static void read_names(SmConversation *self)
{
        g_free(self->name);
        g_free(self->title);
        self->name = sm_conversation_text(self, self->is_group ? "Conversation" : "Name");
        /* Without the plus sign; but with the number, where two groups have the same name. */
        self->title = wording_one_line(self->name + (self->name[0] == '+'));
}

static void on_properties_changed(GDBusProxy *proxy, GVariant *changed, const char *const *invalidated,
                                  SmConversation *self)
{
        read_names(self);
        g_signal_emit(self, changed_signal, 0);
}

static void sm_conversation_finalize(GObject *object)
{
        SmConversation *self = SM_CONVERSATION(object);

        g_signal_handlers_disconnect_by_data(self->proxy, self);
        g_clear_object(&self->proxy);
        g_free(self->name);
        g_free(self->title);
        g_clear_object(&self->newest);
        g_free(self->draft);
        G_OBJECT_CLASS(sm_conversation_parent_class)->finalize(object);
}

static void sm_conversation_class_init(SmConversationClass *class)
{
        G_OBJECT_CLASS(class)->finalize = sm_conversation_finalize;
        changed_signal = g_signal_new("changed", SM_TYPE_CONVERSATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
}

static void sm_conversation_init(SmConversation *self)
{
        self->draft = g_strdup("");
}

SmConversation *sm_conversation_new(GDBusProxy *proxy)
{
        SmConversation *self = g_object_new(SM_TYPE_CONVERSATION, NULL);

        self->proxy = g_object_ref(proxy);
        self->is_group = strcmp(g_dbus_proxy_get_interface_name(proxy), CLIENT_GROUP_INTERFACE) == 0;
        read_names(self);
        g_signal_connect(proxy, "g-properties-changed", G_CALLBACK(on_properties_changed), self);
        return self;
}

GDBusProxy *sm_conversation_proxy(SmConversation *self)
{
        return self->proxy;
}

gboolean sm_conversation_is_group(SmConversation *self)
{
        return self->is_group;
}

const char *sm_conversation_name(SmConversation *self)
{
        return self->name;
}

const char *sm_conversation_title(SmConversation *self)
{
        return self->is_self ? _("Notes to Yourself") : self->title;
}

gboolean sm_conversation_can_write(SmConversation *self)
{
        g_autofree char *standing = self->is_group ? sm_conversation_text(self, "Standing") : NULL;

        return !standing || strcmp(standing, "member") == 0;
}

static GVariant *get(SmConversation *self, const char *property, const GVariantType *type)
{
        g_autoptr(GVariant) value = g_dbus_proxy_get_cached_property(self->proxy, property);

        return value && g_variant_is_of_type(value, type) ? g_steal_pointer(&value) : NULL;
}

gboolean sm_conversation_flag(SmConversation *self, const char *property)
{
        g_autoptr(GVariant) value = get(self, property, G_VARIANT_TYPE_BOOLEAN);

        return value && g_variant_get_boolean(value);
}

guint64 sm_conversation_number(SmConversation *self, const char *property)
{
        g_autoptr(GVariant) wide = get(self, property, G_VARIANT_TYPE_UINT64);
        g_autoptr(GVariant) narrow = get(self, property, G_VARIANT_TYPE_UINT32);

        return wide ? g_variant_get_uint64(wide) : narrow ? g_variant_get_uint32(narrow) : 0;
}

char *sm_conversation_text(SmConversation *self, const char *property)
{
        g_autoptr(GVariant) value = get(self, property, G_VARIANT_TYPE_STRING);

        return g_strdup(value ? g_variant_get_string(value, NULL) : "");
}

void sm_conversation_set_self(SmConversation *self)
{
        self->is_self = TRUE;
}

gboolean sm_conversation_is_self(SmConversation *self)
{
        return self->is_self;
}

void sm_conversation_set_newest(SmConversation *self, GVariant *dictionary)
{
        g_autoptr(SmMessage) message = dictionary ? sm_message_new(dictionary) : NULL;

        if (message && self->newest && sm_message_fields(message)->number < sm_message_fields(self->newest)->number)
                return;
        g_set_object(&self->newest, message);
        g_signal_emit(self, changed_signal, 0);
}

SmMessage *sm_conversation_newest(SmConversation *self)
{
        return self->newest;
}

void sm_conversation_set_draft(SmConversation *self, const char *draft)
{
        if (strcmp(self->draft, draft) == 0)
                return;
        g_free(self->draft);
        self->draft = g_strdup(draft);
        g_signal_emit(self, changed_signal, 0);
}

const char *sm_conversation_draft(SmConversation *self)
{
        return self->draft;
}
