/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/history.h"

#include <string.h>

#include "client/connection.h"

struct _SmHistory {
        GObject parent;
        SmDaemon *daemon;
        char *conversation;
        GCancellable *cancellable;
        GPtrArray *list;   /* SmMessage, by number */
        gboolean loading;
        gboolean has_older, has_newer;
};

static GType get_item_type(GListModel *model)
{
        return SM_TYPE_MESSAGE;
}

static guint get_n_items(GListModel *model)
{
        return SM_HISTORY(model)->list->len;
}

static gpointer get_item(GListModel *model, guint position)
{
        GPtrArray *list = SM_HISTORY(model)->list;

        return position < list->len ? g_object_ref(list->pdata[position]) : NULL;
}

static void list_model_init(GListModelInterface *interface)
{
        interface->get_item_type = get_item_type;
        interface->get_n_items = get_n_items;
        interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE(SmHistory, sm_history, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

static guint64 number_at(SmHistory *self, guint position)
{
        return sm_message_fields(self->list->pdata[position])->number;
}

/* ---- Pages ---- */

static void drop_newest(SmHistory *self)
{
        guint excess = self->list->len > HISTORY_ITEMS_MAX ? self->list->len - HISTORY_ITEMS_MAX : 0;

        if (excess == 0)
                return;
        g_ptr_array_remove_range(self->list, HISTORY_ITEMS_MAX, excess);
        self->has_newer = TRUE;
        g_list_model_items_changed(G_LIST_MODEL(self), HISTORY_ITEMS_MAX, excess, 0);
}

static void drop_oldest(SmHistory *self)
{
        guint excess = self->list->len > HISTORY_ITEMS_MAX ? self->list->len - HISTORY_ITEMS_MAX : 0;

        if (excess == 0)
                return;
        g_ptr_array_remove_range(self->list, 0, excess);
        self->has_older = TRUE;
        g_list_model_items_changed(G_LIST_MODEL(self), 0, excess, 0);
}

static GVariant *finish(GObject *source, GAsyncResult *result, gboolean *cancelled)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        *cancelled = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

static void on_older(GObject *source, GAsyncResult *result, gpointer userdata)
{
        gboolean cancelled;
        g_autoptr(GVariant) messages = finish(source, result, &cancelled);
        SmHistory *self = userdata;
        guint added = 0;

        if (cancelled)
                return;
        self->loading = FALSE;
        if (!messages)
                return;
        for (gsize i = 0; i < g_variant_n_children(messages); i++) {
                g_autoptr(GVariant) dictionary = g_variant_get_child_value(messages, i);
                g_autoptr(SmMessage) message = sm_message_new(dictionary);

                if (self->list->len > added && sm_message_fields(message)->number >= number_at(self, added))
                        break; /* it came by itself meanwhile */
                g_ptr_array_insert(self->list, (int)added++, g_steal_pointer(&message));
        }
        self->has_older = added > 0; /* an answer may be short though there are more */
        if (added > 0)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, 0, added);
        drop_newest(self);
}

static void append(SmHistory *self, GVariant *dictionary)
{
        g_autoptr(SmMessage) message = sm_message_new(dictionary);

        if (self->list->len > 0 && sm_message_fields(message)->number <= number_at(self, self->list->len - 1))
                return;
        g_ptr_array_add(self->list, g_steal_pointer(&message));
        g_list_model_items_changed(G_LIST_MODEL(self), self->list->len - 1, 0, 1);
}

static void on_newer(GObject *source, GAsyncResult *result, gpointer userdata)
{
        gboolean cancelled;
        g_autoptr(GVariant) messages = finish(source, result, &cancelled);
        SmHistory *self = userdata;

        if (cancelled)
                return;
        self->loading = FALSE;
        if (!messages)
                return;
        self->has_newer = g_variant_n_children(messages) > 0;
        for (gsize i = 0; i < g_variant_n_children(messages); i++) {
                g_autoptr(GVariant) dictionary = g_variant_get_child_value(messages, i);

                append(self, dictionary);
        }
        drop_oldest(self);
}

static void ask(SmHistory *self, const char *bound, guint64 number, GAsyncReadyCallback done)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        MessengerMessages *messages = sm_daemon_messages(self->daemon);

        if (!messages || self->loading) {
                g_variant_builder_clear(&options);
                return;
        }
        self->loading = TRUE;
        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(HISTORY_PAGE));
        if (number > 0)
                g_variant_builder_add(&options, "{sv}", bound, g_variant_new_uint64(number));
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "History",
                          g_variant_new("(sa{sv})", self->conversation, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, done, self);
}

void sm_history_load_older(SmHistory *self)
{
        if (self->has_older)
                ask(self, "before", self->list->len > 0 ? number_at(self, 0) : 0, on_older);
}

void sm_history_load_newer(SmHistory *self)
{
        if (self->has_newer && self->list->len > 0)
                ask(self, "after", number_at(self, self->list->len - 1), on_newer);
}

/* ---- What happens while it is open ---- */

static SmMessage *find(SmHistory *self, guint64 number)
{
        guint low = 0, high = self->list->len;

        while (low < high) {
                guint middle = low + (high - low) / 2;

                if (number_at(self, middle) < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < self->list->len && number_at(self, low) == number ? self->list->pdata[low] : NULL;
}

static void on_message(SmHistory *self, GVariant *dictionary)
{
        ClientMessage fields;
        SmMessage *known;

        client_message_init(&fields, dictionary);
        if (strcmp(fields.conversation, self->conversation) != 0)
                return;
        known = find(self, fields.number);
        if (known) {
                sm_message_set(known, dictionary);
        } else if (!self->has_newer && !self->loading) {
                append(self, dictionary);
                drop_oldest(self);
        } else if (self->loading) {
                self->has_newer = TRUE; /* it is read after the page that is on its way */
        }
}

static void sm_history_dispose(GObject *object)
{
        SmHistory *self = SM_HISTORY(object);

        g_cancellable_cancel(self->cancellable);
        if (self->daemon)
                g_signal_handlers_disconnect_by_data(self->daemon, self);
        g_clear_object(&self->daemon);
        G_OBJECT_CLASS(sm_history_parent_class)->dispose(object);
}

static void sm_history_finalize(GObject *object)
{
        SmHistory *self = SM_HISTORY(object);

        g_clear_object(&self->cancellable);
        g_ptr_array_unref(self->list);
        g_free(self->conversation);
        G_OBJECT_CLASS(sm_history_parent_class)->finalize(object);
}

static void sm_history_class_init(SmHistoryClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_history_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_history_finalize;
}

static void sm_history_init(SmHistory *self)
{
        self->cancellable = g_cancellable_new();
        self->list = g_ptr_array_new_with_free_func(g_object_unref);
        self->has_older = TRUE;
}

SmHistory *sm_history_new(SmDaemon *daemon, const char *conversation)
{
        SmHistory *self = g_object_new(SM_TYPE_HISTORY, NULL);

        self->daemon = g_object_ref(daemon);
        self->conversation = g_strdup(conversation);
        g_signal_connect_swapped(daemon, "message", G_CALLBACK(on_message), self);
        sm_history_load_older(self);
        return self;
}
