/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

/* Messages that one turn of the main loop handles, so that a busy client starves nobody. */
enum { DISPATCH_AT_ONCE = 32 };

typedef struct BusSource {
        GSource source;
        sd_bus *bus;
        gpointer fd_tag;
        GIOCondition watched;
        void (*lost)(void *userdata, int error);
        void *userdata;
        bool is_lost;
} BusSource;

/*
 * sd_bus_get_timeout() gives a point of CLOCK_MONOTONIC in microseconds, which is also GLib's clock;
 * UINT64_MAX for none, 0 for at once.
 */
static bool timeout_is_over(sd_bus *bus, uint64_t *at_out)
{
        uint64_t at = UINT64_MAX;

        if (sd_bus_get_timeout(bus, &at) < 0)
                at = 0; /* dispatching finds out what is wrong */
        *at_out = at;
        return at != UINT64_MAX && at <= (uint64_t)g_get_monotonic_time();
}

/* Changing what is watched wakes the main loop up, even from here: unless it is a change, it would never
 * sleep. */
static void watch(BusSource *s, GIOCondition events)
{
        if (s->watched == events)
                return;
        s->watched = events;
        g_source_modify_unix_fd(&s->source, s->fd_tag, events);
}

static gboolean prepare(GSource *source, gint *timeout_ms)
{
        BusSource *s = (BusSource *)source;
        uint64_t at, wait_us;
        int events;

        *timeout_ms = -1;
        if (s->is_lost)
                return FALSE;
        events = sd_bus_get_events(s->bus);
        if (events < 0 || timeout_is_over(s->bus, &at))
                return TRUE;
        watch(s, (GIOCondition)events | G_IO_HUP | G_IO_ERR);
        if (at != UINT64_MAX) {
                wait_us = at - (uint64_t)g_get_monotonic_time();
                *timeout_ms = wait_us / 1000 < INT32_MAX - 1 ? (gint)(wait_us / 1000) + 1 : INT32_MAX;
        }
        return FALSE;
}

/* May run without prepare() having run in this turn: everything is asked for anew. */
static gboolean check(GSource *source)
{
        BusSource *s = (BusSource *)source;
        uint64_t at;

        if (s->is_lost)
                return FALSE;
        return g_source_query_unix_fd(source, s->fd_tag) != 0 || timeout_is_over(s->bus, &at);
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer userdata)
{
        BusSource *s = (BusSource *)source;
        int r = 1;

        for (unsigned i = 0; i < DISPATCH_AT_ONCE && r > 0; i++)
                r = sd_bus_process(s->bus, NULL);
        if (r >= 0 && sd_bus_is_open(s->bus) > 0)
                return G_SOURCE_CONTINUE;
        s->is_lost = true;
        g_source_remove_unix_fd(source,
                                s->fd_tag); /* else GLib comes here for each hang-up that poll() reports */
        s->lost(s->userdata, r < 0 ? r : -ECONNRESET);
        return G_SOURCE_CONTINUE;
}

static void finalize(GSource *source)
{
        BusSource *s = (BusSource *)source;

        sd_bus_unref(s->bus);
}

GSource *bus_source_new(sd_bus *bus, void (*lost)(void *userdata, int error), void *userdata)
{
        static GSourceFuncs functions = {
                        .prepare = prepare, .check = check, .dispatch = dispatch, .finalize = finalize};
        GSource *source = g_source_new(&functions, sizeof(BusSource));
        BusSource *s = (BusSource *)source;

        s->bus = sd_bus_ref(bus);
        s->lost = lost;
        s->userdata = userdata;
        s->watched = G_IO_IN | G_IO_HUP | G_IO_ERR;
        s->fd_tag = g_source_add_unix_fd(source, sd_bus_get_fd(bus), s->watched);
        g_source_attach(source, NULL);
        return source;
}

GSource *bus_source_free(GSource *source)
{
        if (!source)
                return NULL;
        g_source_destroy(source);
        g_source_unref(source);
        return NULL;
}
