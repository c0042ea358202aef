/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/expiry.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-attachment.h"
#include "daemon/store-edit.h"
#include "daemon/store-event.h"
#include "daemon/store-timer.h"

enum {
        AT_ONCE = 50, /* messages in one transaction, so that the main loop is not kept from the rest */
        TROUBLE_MS = 30000,
};

struct Expiry {
        Store *store;
        int clock; /* by the wall clock; tells as well when that was set */
        guint clock_source, idle;
        bool clock_was_set;
};

/* ---- Deleting ---- */

static int expire_some(Store *store, uint64_t now)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        TimerDue due;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < AT_ONCE; i++) {
                r = store_timer_first(store, &due);
                if (r < 0)
                        return r;
                if (r != 0 || due.expires_ms > now)
                        break;
                r = store_attachment_leave_blob(store, due.number); /* they may not have fetched it yet */
                if (r < 0)
                        return r;
                r = store_message_forget(store, due.number, MESSAGE_EXPIRED);
                if (r < 0)
                        return r;
                r = store_event_add(store, EVENT_MESSAGE_EXPIRED, due.contact, due.number);
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}

int expire_messages(Store *store, uint64_t *next_ms_out)
{
        uint64_t now = clock_now_ms();
        TimerDue due;
        int r;

        *next_ms_out = 0;
        r = store_timer_first(store, &due);
        if (r == 0 && due.expires_ms <= now) {
                r = expire_some(store, now);
                if (r == 0)
                        r = store_timer_first(store, &due);
        }
        if (r != 0)
                return r == STORE_TIMER_NONE ? 0 : r;
        *next_ms_out = due.expires_ms;
        return 0;
}

static int limit(Store *store)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_timer_limit(store, clock_now_ms());
        return r < 0 ? r : store_commit(&transaction);
}

/* ---- In time ---- */

static gboolean on_idle(gpointer userdata)
{
        Expiry *expiry = userdata;

        expiry->idle = 0;
        expiry_run(expiry);
        return G_SOURCE_REMOVE;
}

static void run_soon(Expiry *expiry)
{
        if (!expiry->idle)
                expiry->idle = g_idle_add(on_idle, expiry);
}

static gboolean on_clock(gint fd, GIOCondition condition, gpointer userdata)
{
        Expiry *expiry = userdata;
        uint64_t times;

        if (read(fd, &times, sizeof(times)) < 0 && errno == ECANCELED)
                expiry->clock_was_set = true;
        expiry_run(expiry);
        return G_SOURCE_CONTINUE;
}

Expiry *expiry_new(Store *store)
{
        Expiry *expiry = calloc(1, sizeof(*expiry));

        if (!expiry)
                return NULL;
        expiry->store = store;
        expiry->clock_was_set = true; /* for all that we know */
        expiry->clock = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
        if (expiry->clock < 0)
                return expiry_free(expiry);
        expiry->clock_source = g_unix_fd_add(expiry->clock, G_IO_IN, on_clock, expiry);
        return expiry;
}

Expiry *expiry_free(Expiry *expiry)
{
        if (!expiry)
                return NULL;
        if (expiry->clock_source)
                g_source_remove(expiry->clock_source);
        if (expiry->idle)
                g_source_remove(expiry->idle);
        if (expiry->clock >= 0)
                close(expiry->clock);
        free(expiry);
        return NULL;
}

static void wake_at(Expiry *expiry, uint64_t time_ms)
{
        const struct itimerspec when = {.it_value = {.tv_sec = (time_t)(time_ms / 1000),
                                                     .tv_nsec = (long)(time_ms % 1000) * 1000000}};

        if (timerfd_settime(expiry->clock, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL) < 0)
                log_error("expiry", -errno, "cannot wait");
}

void expiry_run(Expiry *expiry)
{
        uint64_t next_ms = 0;
        int r = 0;

        if (expiry->clock_was_set)
                r = limit(expiry->store);
        if (r == 0) {
                expiry->clock_was_set = false;
                r = expire_messages(expiry->store, &next_ms);
        }
        if (r < 0) {
                log_error("expiry", r, "cannot delete what is due; trying again later");
                next_ms = clock_now_ms() + TROUBLE_MS;
        }
        if (next_ms > 0 && next_ms <= clock_now_ms())
                run_soon(expiry);
        else
                wake_at(expiry, next_ms); /* 0: not at all */
}

void expiry_committed(Expiry *expiry)
{
        if (!expiry->store->timers_changed)
                return;
        expiry->store->timers_changed = false;
        run_soon(expiry);
}
