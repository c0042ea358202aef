/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/server-link.h"

#include <errno.h>
#include <gio/gio.h>
#include <sodium.h>

#include "daemon/backoff.h"
#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "wire/error.h"

/* A connection that held for so long was a good one: its loss starts the backoff anew. */
enum { GOOD_CONNECTION_SECONDS = 10 };

struct ServerLink {
        const AccountRecord *record;
        const AccountKeys *keys;
        const LinkHandler *handler;
        void *userdata;
        LinkState state;
        Problem error;
        bool stay_away; /* until a person asks */
        Connection *connection;
        Backoff backoff;
        gint64 online_since;
        guint retry;
        uint64_t next_attempt_ms;
        GNetworkMonitor *monitor;
};

static const char *const state_names[] = {
                [LINK_OFFLINE] = "offline",
                [LINK_CONNECTING] = "connecting",
                [LINK_ONLINE] = "online",
};

static void set_state(ServerLink *link, LinkState state, Problem error)
{
        if (link->state != state)
                log_info("link", "%s -> %s%s%s", state_names[link->state], state_names[state],
                         error ? ": " : "", problem_name(error));
        link->state = state;
        link->error = error;
        if (state != LINK_OFFLINE || link->stay_away)
                link->next_attempt_ms = 0;
        if (state == LINK_ONLINE)
                link->online_since = g_get_monotonic_time();
        link->handler->changed(link->userdata);
}

static void cancel_retry(ServerLink *link)
{
        if (link->retry)
                g_source_remove(link->retry);
        link->retry = 0;
}

static void connect_now(ServerLink *link);

static gboolean on_retry(gpointer userdata)
{
        ServerLink *link = userdata;

        link->retry = 0;
        connect_now(link);
        return G_SOURCE_REMOVE;
}

static void go_offline(ServerLink *link, Problem error, uint32_t asked_ms)
{
        uint32_t wait_ms;

        link->connection = connection_free(link->connection);
        cancel_retry(link);
        if (link->state == LINK_ONLINE &&
            g_get_monotonic_time() - link->online_since > GOOD_CONNECTION_SECONDS * G_USEC_PER_SEC)
                backoff_reset(&link->backoff);

        link->stay_away = error == PROBLEM_REPLACED || error == PROBLEM_DEVICE_REMOVED;
        if (!link->stay_away) {
                wait_ms = backoff_next_ms(&link->backoff, randombytes_random());
                if (asked_ms > 0)
                        wait_ms = backoff_asked_ms(asked_ms, randombytes_random());
                link->next_attempt_ms = clock_now_ms() + wait_ms;
                link->retry = g_timeout_add(wait_ms, on_retry, link);
        }
        set_state(link, LINK_OFFLINE, error);
}

static bool on_authenticated(void *userdata, const Wire__ServerFrame *frame)
{
        ServerLink *link = userdata;
        uint32_t left;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_AUTHENTICATED) {
                left = frame->authenticated->one_time_prekeys_left;
                set_state(link, LINK_ONLINE, PROBLEM_NONE);
                link->handler->online(link->userdata, &left);
        } else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR) {
                log_warning("link", 0, "the server refuses this device: %s",
                            wire_error_name(frame->error->code));
                go_offline(link, problem_from_wire(frame->error->code), frame->error->retry_after_ms);
        } else {
                go_offline(link, PROBLEM_SERVER_UNREACHABLE, 0);
        }
        return true;
}

static void on_welcomed(void *userdata)
{
        ServerLink *link = userdata;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Authenticate authenticate = WIRE__AUTHENTICATE__INIT;
        DeviceAuthSignature signature;
        const DeviceAuthInput input = {
                        .server_name = link->record->server.host,
                        .user_name = link->record->user_name,
                        .device_id = link->record->device_id,
                        .challenge = connection_welcome(link->connection)->challenge,
        };
        int r;

        r = device_auth_sign(&link->keys->auth_secret_key, &input, &signature);
        if (r < 0) {
                log_error("link", r, "cannot sign the challenge");
                go_offline(link, PROBLEM_FAILED, 0);
                return;
        }
        authenticate.user_name = (char *)link->record->user_name;
        authenticate.device_id = link->record->device_id;
        authenticate.signature.data = signature.bytes;
        authenticate.signature.len = sizeof(signature.bytes);
        frame.body_case = WIRE__CLIENT_FRAME__BODY_AUTHENTICATE;
        frame.authenticate = &authenticate;
        r = connection_send(link->connection, &frame, on_authenticated, link);
        if (r < 0)
                go_offline(link, PROBLEM_SERVER_UNREACHABLE, 0);
}

static void on_frame(void *userdata, Wire__ServerFrame **frame)
{
        ServerLink *link = userdata;

        if (link->state == LINK_ONLINE)
                link->handler->frame(link->userdata, frame);
}

static void on_ended(void *userdata, const ConnectionEnd *end)
{
        go_offline(userdata, end->problem, end->retry_ms);
}

static const ConnectionHandler connection_handler = {
                .welcomed = on_welcomed,
                .frame = on_frame,
                .ended = on_ended,
};

static void connect_now(ServerLink *link)
{
        cancel_retry(link);
        link->stay_away = false;
        connection_free(link->connection);
        link->connection = connection_new(&link->record->server, &connection_handler, link);
        if (!link->connection)
                go_offline(link, PROBLEM_FAILED, 0);
        else
                set_state(link, LINK_CONNECTING, link->error);
}

static void on_network_changed(GNetworkMonitor *monitor, gboolean available, gpointer userdata)
{
        ServerLink *link = userdata;

        if (!available || link->state != LINK_OFFLINE || link->stay_away || !link->retry)
                return;
        log_info("link", "the network changed: trying now");
        connect_now(link);
}

ServerLink *server_link_new(const AccountRecord *record, const AccountKeys *keys, const LinkHandler *handler,
                            void *userdata)
{
        ServerLink *link = calloc(1, sizeof(*link));

        if (!link)
                return NULL;
        link->record = record;
        link->keys = keys;
        link->handler = handler;
        link->userdata = userdata;
        link->monitor = g_object_ref(g_network_monitor_get_default());
        g_signal_connect(link->monitor, "network-changed", G_CALLBACK(on_network_changed), link);
        return link;
}

ServerLink *server_link_free(ServerLink *link)
{
        if (!link)
                return NULL;
        cancel_retry(link);
        connection_free(link->connection);
        g_signal_handlers_disconnect_by_data(link->monitor, link);
        g_clear_object(&link->monitor);
        free(link);
        return NULL;
}

void server_link_start(ServerLink *link)
{
        connect_now(link);
}

void server_link_adopt(ServerLink *link, Connection *connection)
{
        connection_set_handler(connection, &connection_handler, link);
        link->connection = connection;
        set_state(link, LINK_ONLINE, PROBLEM_NONE);
        link->handler->online(link->userdata, NULL);
}

void server_link_reconnect(ServerLink *link)
{
        if (link->state == LINK_ONLINE)
                return;
        backoff_reset(&link->backoff);
        connect_now(link);
}

void server_link_move(ServerLink *link)
{
        if (link->state != LINK_OFFLINE)
                go_offline(link, PROBLEM_NONE, 0);
        backoff_reset(&link->backoff);
        connect_now(link);
}

void server_link_fail(ServerLink *link, Problem why)
{
        if (link->state != LINK_OFFLINE)
                go_offline(link, why, 0);
}

LinkState server_link_state(const ServerLink *link)
{
        return link->state;
}

Problem server_link_error(const ServerLink *link)
{
        return link->error;
}

uint64_t server_link_next_attempt_ms(const ServerLink *link)
{
        return link->next_attempt_ms;
}

uint64_t server_link_blob_max(const ServerLink *link)
{
        return link->state == LINK_ONLINE ? connection_welcome(link->connection)->blob_max : 0;
}

int server_link_send(ServerLink *link, Wire__ClientFrame *frame, ConnectionAnswer answer, void *userdata)
{
        if (link->state != LINK_ONLINE)
                return -ENOTCONN;
        return connection_send(link->connection, frame, answer, userdata);
}
