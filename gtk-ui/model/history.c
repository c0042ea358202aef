/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/history.h"

#include <string.h>

#include "client/connection.h"

/* How much one sees above what is unread, and how much is loaded at first: little, as that is what one waits for, or all of that. */
enum { UNREAD_CONTEXT = 10, FIRST_PAGE_MIN = 20, FIRST_PAGE_MAX = 500 };

struct _SmHistory {
        GObject parent;
        SmDaemon *daemon;
        char *conversation;
        GCancellable *cancellable;
        GPtrArray *list;   /* SmMessage, by number */
        gboolean loading;
        gboolean has_older, has_newer;
        gboolean missed;      /* something came while a page was on its way, and is read after it */
        guint first_page;     /* how many to ask for at first */
        gboolean line_placed; /* the line above what is unread stands, or there is none */
        guint64 located;      /* looked for, or 0 */
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

enum { LOCATED, ARRIVED, SIGNALS };
static guint signals[SIGNALS];

static guint64 number_at(SmHistory *self, guint position)
{
        return sm_message_fields(self->list->pdata[position])->number;
}

/* Where the first one with this number or a larger one is, or would be. */
static guint position_of(SmHistory *self, guint64 number)
{
        guint low = 0, high = self->list->len;

        while (low < high) {
                guint middle = low + (high - low) / 2;

                if (number_at(self, middle) < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static SmMessage *find(SmHistory *self, guint64 number)
{
        guint position = position_of(self, number);

        return position < self->list->len && number_at(self, position) == number ? self->list->pdata[position] : NULL;
}

/* Tells of a change, once what stands where it is has found its place. */
static void changed(SmHistory *self, guint position, guint removed, guint added)
{
        for (guint i = position; i < self->list->len && i <= position + added; i++)
                sm_message_follow(self->list->pdata[i], i > 0 ? self->list->pdata[i - 1] : NULL);
        g_list_model_items_changed(G_LIST_MODEL(self), position, removed, added);
}

static gboolean is_unread(SmMessage *message)
{
        const ClientMessage *fields = sm_message_fields(message);

        return !fields->outgoing && sm_message_is_said(message) && strcmp(fields->state, "received") == 0;
}

static void place_line(SmHistory *self)
{
        if (self->line_placed)
                return;
        self->line_placed = TRUE;
        for (guint i = 0; i < self->list->len; i++) {
                if (!is_unread(self->list->pdata[i]))
                        continue;
                sm_message_set_place(self->list->pdata[i], SM_MESSAGE_FIRST_UNREAD, SM_MESSAGE_FIRST_UNREAD);
                return;
        }
}

/* ---- Pages ---- */

static void drop_newest(SmHistory *self)
{
        guint excess = self->list->len > HISTORY_ITEMS_MAX ? self->list->len - HISTORY_ITEMS_MAX : 0;

        if (excess == 0)
                return;
        g_ptr_array_remove_range(self->list, HISTORY_ITEMS_MAX, excess);
        self->has_newer = TRUE;
        changed(self, HISTORY_ITEMS_MAX, excess, 0);
}

static void drop_oldest(SmHistory *self)
{
        guint excess = self->list->len > HISTORY_ITEMS_MAX ? self->list->len - HISTORY_ITEMS_MAX : 0;

        if (excess == 0)
                return;
        g_ptr_array_remove_range(self->list, 0, excess);
        self->has_older = TRUE;
        changed(self, 0, excess, 0);
}

static GVariant *finish(GObject *source, GAsyncResult *result, gboolean *cancelled)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        *cancelled = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        return reply ? g_variant_get_child_value(reply, 0) : NULL;
}

/* Those of an answer that stand above what is held, or below it. */
static guint take(SmHistory *self, GVariant *messages, gboolean above)
{
        guint first = above ? 0 : self->list->len, added = 0;

        for (gsize i = 0; i < g_variant_n_children(messages); i++) {
                g_autoptr(GVariant) dictionary = g_variant_get_child_value(messages, i);
                g_autoptr(SmMessage) message = sm_message_new(dictionary);
                const guint64 number = sm_message_fields(message)->number;

                if (above && self->list->len > added && number >= number_at(self, added))
                        break; /* it came by itself meanwhile */
                if (!above && self->list->len > 0 && number <= number_at(self, self->list->len - 1))
                        continue;
                g_ptr_array_insert(self->list, (int)(first + added++), g_steal_pointer(&message));
        }
        if (added > 0)
                changed(self, first, 0, added);
        return added;
}

static void read_missed(SmHistory *self)
{
        if (!self->missed)
                return;
        self->missed = FALSE;
        sm_history_load_newer(self);
}

static void on_older(GObject *source, GAsyncResult *result, gpointer userdata)
{
        gboolean cancelled;
        g_autoptr(GVariant) messages = finish(source, result, &cancelled);
        SmHistory *self = userdata;

        if (cancelled)
                return;
        self->loading = FALSE;
        if (!messages)
                return;
        self->has_older = take(self, messages, TRUE) > 0; /* an answer may be short though there are more */
        place_line(self);
        drop_newest(self);
        read_missed(self);
}

static void tell_located(SmHistory *self)
{
        guint64 number = self->located;

        self->located = 0;
        if (number > 0 && self->list->len > 0)
                g_signal_emit(self, signals[LOCATED], 0, MIN(position_of(self, number), self->list->len - 1));
}

static void on_newer(GObject *source, GAsyncResult *result, gpointer userdata)
{
        gboolean cancelled;
        g_autoptr(GVariant) messages = finish(source, result, &cancelled);
        SmHistory *self = userdata;

        if (cancelled)
                return;
        self->loading = FALSE;
        if (messages) {
                self->has_newer = g_variant_n_children(messages) > 0;
                take(self, messages, FALSE);
                drop_oldest(self);
        }
        tell_located(self);
        read_missed(self);
        if (messages && g_variant_n_children(messages) < HISTORY_PAGE)
                sm_history_load_newer(self); /* was that the last? */
}

static void ask(SmHistory *self, const char *bound, guint64 number, guint limit, GAsyncReadyCallback done)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        MessengerMessages *messages = sm_daemon_messages(self->daemon);

        if (!messages || self->loading) {
                g_variant_builder_clear(&options);
                return;
        }
        self->loading = TRUE;
        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(limit));
        if (number > 0)
                g_variant_builder_add(&options, "{sv}", bound, g_variant_new_uint64(number));
        g_dbus_proxy_call(G_DBUS_PROXY(messages), "History",
                          g_variant_new("(sa{sv})", self->conversation, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, done, self);
}

void sm_history_load_older(SmHistory *self)
{
        if (self->has_older)
                ask(self, "before", self->list->len > 0 ? number_at(self, 0) : 0,
                    self->list->len > 0 ? HISTORY_PAGE : self->first_page, on_older);
}

void sm_history_load_newer(SmHistory *self)
{
        if (self->has_newer && self->list->len > 0)
                ask(self, "after", number_at(self, self->list->len - 1), HISTORY_PAGE, on_newer);
}

gboolean sm_history_has_newer(SmHistory *self)
{
        return self->has_newer;
}

/* ---- Somewhere else ---- */

static void start_anew(SmHistory *self)
{
        guint count = self->list->len;

        g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        self->cancellable = g_cancellable_new();
        self->loading = FALSE;
        self->missed = FALSE;
        self->located = 0;
        self->has_older = TRUE;
        self->has_newer = FALSE;
        g_ptr_array_set_size(self->list, 0);
        if (count > 0)
                changed(self, 0, count, 0);
}

void sm_history_show_newest(SmHistory *self)
{
        if (!self->has_newer)
                return;
        start_anew(self);
        self->first_page = HISTORY_PAGE;
        sm_history_load_older(self);
}

static void on_around(GObject *source, GAsyncResult *result, gpointer userdata)
{
        gboolean cancelled;
        g_autoptr(GVariant) messages = finish(source, result, &cancelled);
        SmHistory *self = userdata;

        if (cancelled)
                return;
        self->loading = FALSE;
        if (!messages)
                return;
        self->has_older = take(self, messages, TRUE) > 0;
        self->has_newer = TRUE;
        if (self->list->len > 0)
                sm_history_load_newer(self); /* so that there is something on either side of it */
}

void sm_history_locate(SmHistory *self, guint64 number)
{
        if (find(self, number)) {
                self->located = number;
                tell_located(self);
                return;
        }
        start_anew(self);
        self->located = number;
        ask(self, "before", number + 1, HISTORY_PAGE, on_around);
}

/* What came under the new name before it was known here is read now. */
void sm_history_rename(SmHistory *self, const char *conversation)
{
        g_free(self->conversation);
        self->conversation = g_strdup(conversation);
        self->has_newer = TRUE;
        sm_history_load_newer(self);
}

/* ---- What happens while it is open ---- */

static void append(SmHistory *self, GVariant *dictionary)
{
        g_autoptr(SmMessage) message = sm_message_new(dictionary);
        const ClientMessage *fields = sm_message_fields(message);

        if (self->list->len > 0 && fields->number <= number_at(self, self->list->len - 1))
                return;
        g_ptr_array_add(self->list, g_object_ref(message));
        changed(self, self->list->len - 1, 0, 1);
        if (!fields->outgoing)
                g_signal_emit(self, signals[ARRIVED], 0, message);
}

/* Whose time is over is in no history: it goes from the one that somebody looks at, too. */
static void take_out(SmHistory *self, guint64 number)
{
        guint position = position_of(self, number);

        g_ptr_array_remove_index(self->list, position);
        changed(self, position, 1, 0);
}

static void on_message(SmHistory *self, GVariant *dictionary)
{
        ClientMessage fields;
        SmMessage *known;

        client_message_init(&fields, dictionary);
        if (strcmp(fields.conversation, self->conversation) != 0)
                return;
        known = find(self, fields.number);
        if (strcmp(fields.kind, "expired") == 0) {
                if (known)
                        take_out(self, fields.number);
        } else if (known) {
                sm_message_set(known, dictionary);
        } else if (!self->has_newer && !self->loading) {
                append(self, dictionary);
                drop_oldest(self);
        } else if (self->loading) {
                self->missed = self->missed || !self->has_newer;
                self->has_newer = TRUE;
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
        signals[LOCATED] = g_signal_new("located", SM_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_UINT);
        signals[ARRIVED] = g_signal_new("arrived", SM_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, SM_TYPE_MESSAGE);
}

static void sm_history_init(SmHistory *self)
{
        self->cancellable = g_cancellable_new();
        self->list = g_ptr_array_new_with_free_func(g_object_unref);
        self->has_older = TRUE;
}

SmHistory *sm_history_new(SmDaemon *daemon, const char *conversation, guint unread)
{
        SmHistory *self = g_object_new(SM_TYPE_HISTORY, NULL);

        self->daemon = g_object_ref(daemon);
        self->conversation = g_strdup(conversation);
        self->first_page = CLAMP(unread + UNREAD_CONTEXT, FIRST_PAGE_MIN, FIRST_PAGE_MAX);
        g_signal_connect_swapped(daemon, "message", G_CALLBACK(on_message), self);
        sm_history_load_older(self);
        return self;
}
