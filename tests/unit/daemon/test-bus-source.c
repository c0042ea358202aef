/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "daemon/bus-source.h"

/* Two ends of one bus connection without a broker, both in this main loop. */
typedef struct Pair {
        sd_bus *server, *client;
        GSource *server_source, *client_source;
        int lost; /* errors of lost(), counted */
        unsigned calls, answers;
        int answer_error;
} Pair;

static void on_lost(void *userdata, int error)
{
        Pair *pair = userdata;

        g_assert_cmpint(error, <, 0);
        pair->lost++;
}

static int method_echo(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Pair *pair = userdata;
        uint32_t number;

        g_assert_cmpint(sd_bus_message_read(m, "u", &number), >=, 0);
        pair->calls++;
        return sd_bus_reply_method_return(m, "u", number);
}

/* Never answers. */
static int method_hang(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return 1;
}

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD("Echo", "u", "u", method_echo, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD("Hang", "", "", method_hang, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_VTABLE_END,
};

static void pair_init(Pair *pair)
{
        sd_id128_t id;
        int fds[2];

        *pair = (Pair){0};
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
        g_assert_cmpint(sd_id128_randomize(&id), >=, 0);
        g_assert_cmpint(sd_bus_new(&pair->server), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(pair->server, fds[0], fds[0]), >=, 0);
        g_assert_cmpint(sd_bus_set_server(pair->server, 1, id), >=, 0);
        g_assert_cmpint(sd_bus_start(pair->server), >=, 0);
        g_assert_cmpint(sd_bus_add_object_vtable(pair->server, NULL, "/test", "org.example.Test", vtable,
                                                 pair),
                        >=, 0);
        g_assert_cmpint(sd_bus_new(&pair->client), >=, 0);
        g_assert_cmpint(sd_bus_set_fd(pair->client, fds[1], fds[1]), >=, 0);
        g_assert_cmpint(sd_bus_start(pair->client), >=, 0);
        pair->server_source = bus_source_new(pair->server, on_lost, pair);
        pair->client_source = bus_source_new(pair->client, on_lost, pair);
}

static void pair_deinit(Pair *pair)
{
        bus_source_free(pair->client_source);
        bus_source_free(pair->server_source);
        sd_bus_close_unref(pair->client);
        sd_bus_close_unref(pair->server);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Pair *pair = userdata;

        pair->answers++;
        pair->answer_error = sd_bus_message_get_errno(m);
        return 0;
}

static void call(Pair *pair, const char *member, uint64_t timeout_us, uint32_t number)
{
        sd_bus_message *m = NULL;

        g_assert_cmpint(sd_bus_message_new_method_call(pair->client, &m, NULL, "/test", "org.example.Test",
                                                       member),
                        >=, 0);
        if (g_str_equal(member, "Echo"))
                g_assert_cmpint(sd_bus_message_append(m, "u", number), >=, 0);
        g_assert_cmpint(sd_bus_call_async(pair->client, NULL, m, on_answer, pair, timeout_us), >=, 0);
        sd_bus_message_unref(m);
}

/* More than one turn handles, so nothing may be left lying in sd-bus's own queues. */
static void test_many_calls(void)
{
        Pair pair;

        pair_init(&pair);
        for (uint32_t i = 0; i < 500; i++)
                call(&pair, "Echo", 0, i);
        while (pair.answers < 500)
                g_main_context_iteration(NULL, TRUE);
        g_assert_cmpuint(pair.calls, ==, 500);
        g_assert_cmpint(pair.answer_error, ==, 0);
        pair_deinit(&pair);
}

/* sd-bus's own timeouts run, though nothing else happens; and until then the loop sleeps, instead of
 * turning. */
static void test_timeout(void)
{
        unsigned turns = 0;
        Pair pair;

        pair_init(&pair);
        call(&pair, "Hang", 50 * 1000, 0);
        for (; pair.answers < 1; turns++)
                g_main_context_iteration(NULL, TRUE);
        g_assert_cmpint(pair.answer_error, ==, ETIMEDOUT);
        g_assert_cmpuint(turns, <, 50);
        pair_deinit(&pair);
}

/* A source of higher priority that is always ready keeps GLib from calling prepare() and check() in order.
 */
static gboolean on_busy(gpointer userdata)
{
        Pair *pair = userdata;

        return pair->answers < 50 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void test_beside_busy_source(void)
{
        Pair pair;

        pair_init(&pair);
        g_idle_add_full(G_PRIORITY_DEFAULT, on_busy, &pair, NULL);
        for (uint32_t i = 0; i < 50; i++)
                call(&pair, "Echo", 0, i);
        while (pair.answers < 50)
                g_main_context_iteration(NULL, TRUE);
        while (g_main_context_iteration(NULL, FALSE))
                ;
        pair_deinit(&pair);
}

static void test_lost(void)
{
        Pair pair;

        pair_init(&pair);
        call(&pair, "Echo", 0, 1);
        while (pair.answers < 1)
                g_main_context_iteration(NULL, TRUE);
        pair.server_source = bus_source_free(pair.server_source);
        sd_bus_close(pair.server);
        while (pair.lost == 0)
                g_main_context_iteration(NULL, TRUE);
        for (unsigned i = 0; i < 10; i++)
                g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(pair.lost, ==, 1);
        pair_deinit(&pair);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/bus-source/many-calls", test_many_calls);
        g_test_add_func("/bus-source/timeout", test_timeout);
        g_test_add_func("/bus-source/beside-busy-source", test_beside_busy_source);
        g_test_add_func("/bus-source/lost", test_lost);
        return g_test_run();
}
