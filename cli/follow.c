/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/follow.h"

#include <string.h>

#include "cli/bus.h"

enum {
        PAGE = 200,
};

struct Follower {
        MessengerEvents *events;
        MessengerAccount *account; /* for the state, when it changes */
        GCancellable *cancellable;
        guint64 cursor;      /* the number of the last event that was handed on */
        gboolean is_looking; /* a List() is under way */
        gboolean look_again; /* something was announced meanwhile */
        gboolean has_ended;
        const FollowerCalls *calls;
        gpointer data;
};

static void end(Follower *follower, const GError *error)
{
        if (follower->has_ended)
                return;
        follower->has_ended = TRUE;
        follower->calls->ended(error, follower->data);
}

static void end_with(Follower *follower, ClientFailure failure)
{
        g_autoptr(GError) error =
                        g_error_new_literal(CLIENT_FAILURE, (int)failure, client_failure_sentence(failure));

        end(follower, error);
}

static void take_events(Follower *follower, GVariant *events)
{
        GVariantIter iter;
        GVariant *event;

        g_variant_iter_init(&iter, events);
        while ((event = g_variant_iter_next_value(&iter))) {
                guint64 number = 0;

                g_variant_lookup(event, "number", "t", &number);
                if (number > follower->cursor) {
                        follower->cursor = number;
                        follower->calls->event(event, follower->data);
                }
                g_variant_unref(event);
        }
}

static void on_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        Follower *follower = data;
        size_t n = 0;

        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
                return; /* the follower is gone */
        follower->is_looking = FALSE;
        if (reply) {
                g_autoptr(GVariant) events = g_variant_get_child_value(reply, 0);

                n = g_variant_n_children(events);
                take_events(follower, events);
        } else {
                end(follower, error);
        }
        if (n > 0 || follower->look_again)
                follower_look(follower);
        else if (reply && follower->calls->caught_up)
                follower->calls->caught_up(follower->data);
}

void follower_look(Follower *follower)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

        if (follower->has_ended)
                return;
        if (follower->is_looking) {
                follower->look_again = TRUE;
                return;
        }
        follower->is_looking = TRUE;
        follower->look_again = FALSE;
        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(PAGE));
        /* A daemon that somebody has stopped is not started again from here. */
        g_dbus_proxy_call(G_DBUS_PROXY(follower->events), "List",
                          g_variant_new("(ta{sv})", follower->cursor, &options),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, CLIENT_CALL_TIMEOUT_MS, follower->cancellable,
                          on_listed, follower);
}

static void on_added(MessengerEvents *events, GVariant *event, Follower *follower)
{
        follower_look(follower);
}

static void on_owner(GObject *proxy, GParamSpec *spec, Follower *follower)
{
        g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(proxy));

        if (!owner)
                end_with(follower, CLIENT_FAILURE_NO_DAEMON);
}

static void on_account(GDBusProxy *proxy, GVariant *changed, const char *const *invalidated,
                       Follower *follower)
{
        const char *state = NULL;

        if (!g_variant_lookup(changed, "State", "&s", &state))
                return;
        if (strcmp(state, "locked") == 0)
                end_with(follower, CLIENT_FAILURE_LOCKED);
        else if (strcmp(state, "no-account") == 0)
                end_with(follower, CLIENT_FAILURE_NO_ACCOUNT);
}

Follower *follower_new(GDBusConnection *connection, guint64 *since, const FollowerCalls *calls,
                       gpointer data, GError **error)
{
        g_autoptr(Follower) follower = g_new0(Follower, 1);
        follower->calls = calls;
        follower->data = data;
        follower->cancellable = g_cancellable_new();

        /* The signals are ordered first, so that whatever is not in the list yet will be announced. */
        follower->events = messenger_events_proxy_new_sync(connection, G_DBUS_PROXY_FLAGS_NONE,
                                                           CLIENT_BUS_NAME, CLIENT_ROOT_PATH, NULL, error);
        if (!follower->events)
                return NULL;
        follower->account = messenger_account_proxy_new_sync(connection, G_DBUS_PROXY_FLAGS_NONE,
                                                             CLIENT_BUS_NAME, CLIENT_ROOT_PATH, NULL, error);
        if (!follower->account)
                return NULL;

        g_autoptr(GVariant) properties = bus_unlocked_account(connection, error);

        if (!properties)
                return NULL;
        if (*since == FOLLOW_FROM_NOW)
                *since = bus_number(properties, "LastEvent");
        follower->cursor = *since;
        g_signal_connect(follower->events, "added", G_CALLBACK(on_added), follower);
        g_signal_connect(follower->events, "notify::g-name-owner", G_CALLBACK(on_owner), follower);
        g_signal_connect(follower->account, "g-properties-changed", G_CALLBACK(on_account), follower);
        follower_look(follower);
        return g_steal_pointer(&follower);
}

Follower *follower_free(Follower *follower)
{
        if (!follower)
                return NULL;
        g_cancellable_cancel(follower->cancellable);
        g_clear_object(&follower->cancellable);
        if (follower->events)
                g_signal_handlers_disconnect_by_data(follower->events, follower);
        if (follower->account)
                g_signal_handlers_disconnect_by_data(follower->account, follower);
        g_clear_object(&follower->events);
        g_clear_object(&follower->account);
        g_free(follower);
        return NULL;
}
