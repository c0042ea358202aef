/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/comparison.h"

#include <string.h>

#include "client/connection.h"

struct _SmComparison {
        GObject parent;
        GDBusProxy *proxy; /* NULL: the daemon does not have it */
        GCancellable *cancellable;
        SmComparisonState state;
        char *exchange;      /* before the person's eyes; NULL: none */
        gboolean is_shown;   /* they have seen emoji, which belong to this exchange alone */
        gboolean is_wanted;  /* they have asked for one: theirs or the contact's */
        gboolean is_starting; /* and the daemon has not answered yet */
        char *started;       /* what it answered */
};

G_DEFINE_FINAL_TYPE(SmComparison, sm_comparison, G_TYPE_OBJECT)

enum { CHANGED, FAILED, SIGNALS };
static guint signals[SIGNALS];

static char *text_of(SmComparison *self, const char *property)
{
        g_autoptr(GVariant) value = g_dbus_proxy_get_cached_property(self->proxy, property);

        return g_strdup(value && g_variant_is_of_type(value, G_VARIANT_TYPE_STRING) ? g_variant_get_string(value, NULL)
                                                                                  : "");
}

static SmComparisonState state_from_name(const char *name)
{
        static const struct {
                const char *name;
                SmComparisonState state;
        } states[] = {
                        {"started", SM_COMPARISON_WAITING},    {"offered", SM_COMPARISON_OFFERED},
                        {"accepted", SM_COMPARISON_WAITING},   {"comparing", SM_COMPARISON_EMOJI},
                        {"confirmed", SM_COMPARISON_CONFIRMED}, {"verified", SM_COMPARISON_VERIFIED},
                        {"mismatch", SM_COMPARISON_MISMATCH},  {"cancelled", SM_COMPARISON_CANCELLED},
                        {"timed-out", SM_COMPARISON_TIMED_OUT},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
                if (strcmp(states[i].name, name) == 0)
                        return states[i].state;
        return SM_COMPARISON_NONE;
}

static gboolean is_under_way(SmComparisonState state)
{
        switch (state) {
        case SM_COMPARISON_OFFERED:
        case SM_COMPARISON_WAITING:
        case SM_COMPARISON_EMOJI:
        case SM_COMPARISON_CONFIRMED:
                return TRUE;
        case SM_COMPARISON_NONE:
        case SM_COMPARISON_VERIFIED:
        case SM_COMPARISON_MISMATCH:
        case SM_COMPARISON_CANCELLED:
        case SM_COMPARISON_TIMED_OUT:
                break;
        }
        return FALSE;
}

static void set_state(SmComparison *self, SmComparisonState state)
{
        if (state == self->state)
                return;
        g_debug("comparison: state %d -> %d", (int)self->state, (int)state);
        self->state = state;
        if (!is_under_way(state))
                self->is_wanted = FALSE;
        g_signal_emit(self, signals[CHANGED], 0);
}

/* ---- What the person does ---- */

static void fail(SmComparison *self, const GError *error)
{
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                g_signal_emit(self, signals[FAILED], 0, error);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmComparison) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        if (!reply)
                fail(self, error);
}

static void act(SmComparison *self, const char *method)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (!self->exchange) {
                g_variant_builder_clear(&options);
                return;
        }
        g_dbus_proxy_call(self->proxy, method, g_variant_new("(sa{sv})", self->exchange, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_done,
                          g_object_ref(self));
}

void sm_comparison_confirm(SmComparison *self)
{
        act(self, "Confirm");
}

void sm_comparison_mismatch(SmComparison *self)
{
        act(self, "Mismatch");
}

void sm_comparison_cancel(SmComparison *self)
{
        act(self, "Cancel");
}

/* ---- What the daemon says ---- */

static void look(SmComparison *self)
{
        g_autofree char *exchange = text_of(self, "Exchange"), *name = text_of(self, "State");
        SmComparisonState state = state_from_name(name);
        gboolean is_ours = g_strcmp0(exchange, self->exchange) == 0;

        if (!is_ours && !self->is_shown && (is_under_way(state) || g_strcmp0(exchange, self->started) == 0)) {
                g_free(self->exchange);
                self->exchange = g_strdup(exchange);
                is_ours = TRUE;
        }
        if (is_ours) {
                /* Theirs goes on: it is what is wanted here, too. */
                if (state == SM_COMPARISON_OFFERED && self->is_wanted) {
                        if (!self->is_starting)
                                act(self, "Accept");
                        state = SM_COMPARISON_WAITING;
                }
                set_state(self, state);
        } else if (self->exchange && is_under_way(self->state)) {
                set_state(self, SM_COMPARISON_CANCELLED);
        } else if (self->is_starting) {
                set_state(self, SM_COMPARISON_WAITING);
        }
}

static void on_started(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(SmComparison) self = userdata;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

        self->is_starting = FALSE;
        if (reply) {
                g_free(self->started);
                g_variant_get(reply, "(s)", &self->started);
                look(self);
                return;
        }
        if (!self->exchange)
                set_state(self, SM_COMPARISON_NONE);
        fail(self, error);
}

void sm_comparison_start(SmComparison *self)
{
        GVariantBuilder options;

        if (!self->proxy || self->is_starting)
                return;
        if (!is_under_way(self->state))
                sm_comparison_forget(self);
        self->is_wanted = TRUE;
        self->is_starting = TRUE;
        g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
        g_dbus_proxy_call(self->proxy, "Start", g_variant_new("(a{sv})", &options), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          CLIENT_CALL_TIMEOUT_MS, self->cancellable, on_started, g_object_ref(self));
        look(self);
}

void sm_comparison_forget(SmComparison *self)
{
        g_clear_pointer(&self->exchange, g_free);
        g_clear_pointer(&self->started, g_free);
        self->is_shown = FALSE;
        set_state(self, SM_COMPARISON_NONE);
        if (self->proxy)
                look(self); /* the contact may have begun another one meanwhile */
}

SmComparisonState sm_comparison_state(SmComparison *self)
{
        return self->state;
}

gboolean sm_comparison_is_under_way(SmComparison *self)
{
        return is_under_way(self->state);
}

GVariant *sm_comparison_show_emoji(SmComparison *self)
{
        g_autofree char *exchange = NULL;
        g_autoptr(GVariant) emoji = NULL;

        if (self->state != SM_COMPARISON_EMOJI && self->state != SM_COMPARISON_CONFIRMED)
                return NULL;
        exchange = text_of(self, "Exchange");
        emoji = g_dbus_proxy_get_cached_property(self->proxy, "Emoji");
        if (!emoji || !g_variant_is_of_type(emoji, G_VARIANT_TYPE("a(uss)")) || g_strcmp0(exchange, self->exchange) != 0)
                return NULL;
        self->is_shown = TRUE;
        return g_steal_pointer(&emoji);
}

/* ---- The object ---- */

static void on_properties_changed(GDBusProxy *proxy, GVariant *changed, const char *const *invalidated, SmComparison *self)
{
        look(self);
}

static void sm_comparison_dispose(GObject *object)
{
        SmComparison *self = SM_COMPARISON(object);

        g_cancellable_cancel(self->cancellable);
        if (self->proxy)
                g_signal_handlers_disconnect_by_data(self->proxy, self);
        g_clear_object(&self->proxy);
        G_OBJECT_CLASS(sm_comparison_parent_class)->dispose(object);
}

static void sm_comparison_finalize(GObject *object)
{
        SmComparison *self = SM_COMPARISON(object);

        g_clear_object(&self->cancellable);
        g_free(self->exchange);
        g_free(self->started);
        G_OBJECT_CLASS(sm_comparison_parent_class)->finalize(object);
}

static void sm_comparison_class_init(SmComparisonClass *class)
{
        G_OBJECT_CLASS(class)->dispose = sm_comparison_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_comparison_finalize;
        signals[CHANGED] = g_signal_new("changed", SM_TYPE_COMPARISON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
        signals[FAILED] = g_signal_new("failed", SM_TYPE_COMPARISON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void sm_comparison_init(SmComparison *self)
{
        self->cancellable = g_cancellable_new();
}

/* The object manager has the other interfaces of the contact's object as well. */
static GDBusProxy *verification_of(SmConversation *contact)
{
        g_autoptr(GDBusObject) object = g_dbus_interface_dup_object(G_DBUS_INTERFACE(sm_conversation_proxy(contact)));
        GDBusInterface *interface =
                        object ? g_dbus_object_get_interface(object, CLIENT_VERIFICATION_INTERFACE) : NULL;

        return interface ? G_DBUS_PROXY(interface) : NULL;
}

SmComparison *sm_comparison_new(SmConversation *contact)
{
        SmComparison *self = g_object_new(SM_TYPE_COMPARISON, NULL);

        self->proxy = verification_of(contact);
        if (self->proxy) {
                g_signal_connect(self->proxy, "g-properties-changed", G_CALLBACK(on_properties_changed), self);
                look(self);
        }
        return self;
}
