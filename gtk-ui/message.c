/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/message.h"

struct _SmMessage {
        GObject parent;
        GVariant *dictionary;
        ClientMessage fields; /* borrowed from it */
};

G_DEFINE_FINAL_TYPE(SmMessage, sm_message, G_TYPE_OBJECT)

static guint changed_signal;

static void sm_message_finalize(GObject *object)
{
        SmMessage *self = SM_MESSAGE(object);

        g_clear_pointer(&self->dictionary, g_variant_unref);
        G_OBJECT_CLASS(sm_message_parent_class)->finalize(object);
}

static void sm_message_class_init(SmMessageClass *class)
{
        G_OBJECT_CLASS(class)->finalize = sm_message_finalize;
        changed_signal = g_signal_new("changed", SM_TYPE_MESSAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
}

static void sm_message_init(SmMessage *self)
{
}

static void take(SmMessage *self, GVariant *dictionary)
{
        GVariant *before = self->dictionary;

        self->dictionary = g_variant_ref_sink(dictionary);
        client_message_init(&self->fields, dictionary);
        g_clear_pointer(&before, g_variant_unref);
}

SmMessage *sm_message_new(GVariant *dictionary)
{
        SmMessage *self = g_object_new(SM_TYPE_MESSAGE, NULL);

        take(self, dictionary);
        return self;
}

void sm_message_set(SmMessage *self, GVariant *dictionary)
{
        take(self, dictionary);
        g_signal_emit(self, changed_signal, 0);
}

const ClientMessage *sm_message_fields(SmMessage *self)
{
        return &self->fields;
}
