/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/message.h"

#include <string.h>

/* Milliseconds after which one is named again. */
enum { CONTINUES_WITHIN_MS = 5 * 60 * 1000 };

struct _SmMessage {
        GObject parent;
        GVariant *dictionary;
        ClientMessage fields; /* borrowed from it */
        unsigned place;       /* of SmMessagePlace */
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

unsigned sm_message_place(SmMessage *self)
{
        return self->place;
}

void sm_message_set_place(SmMessage *self, unsigned which, unsigned place)
{
        const unsigned now = (self->place & ~which) | (place & which);

        if (now == self->place)
                return;
        self->place = now;
        g_signal_emit(self, changed_signal, 0);
}

gboolean sm_message_is_said(SmMessage *self)
{
        return strcmp(self->fields.kind, "text") == 0 || strcmp(self->fields.kind, "attachment") == 0;
}

static gboolean same_day(gint64 time, gint64 before)
{
        g_autoptr(GDateTime) one = g_date_time_new_from_unix_local(time / 1000);
        g_autoptr(GDateTime) other = g_date_time_new_from_unix_local(before / 1000);

        return one && other && g_date_time_get_day_of_year(one) == g_date_time_get_day_of_year(other) &&
               g_date_time_get_year(one) == g_date_time_get_year(other);
}

void sm_message_follow(SmMessage *self, SmMessage *before)
{
        const ClientMessage *fields = &self->fields;
        unsigned place = 0;

        if (!before || !same_day(fields->time, before->fields.time))
                place = SM_MESSAGE_BEGINS_DAY;
        else if (sm_message_is_said(self) && sm_message_is_said(before) &&
                 strcmp(fields->sender, before->fields.sender) == 0 &&
                 fields->time - before->fields.time < CONTINUES_WITHIN_MS)
                place = SM_MESSAGE_CONTINUES;
        sm_message_set_place(self, SM_MESSAGE_BEGINS_DAY | SM_MESSAGE_CONTINUES, place);
}
