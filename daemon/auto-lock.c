/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/auto-lock.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/bus.h"
#include "daemon/log.h"
#include "daemon/logind.h"

struct AutoLock {
        Account *account;
        sd_bus_slot *filter;
        Logind *logind; /* or NULL */
        guint timer;
        uint64_t last_ms; /* when somebody asked for something */
};

/* Sleep counts as idle time. */
static uint64_t now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_BOOTTIME, &now);
        return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const Settings *settings_of(const AutoLock *lock)
{
        Messenger *messenger = account_messenger(lock->account);

        return messenger ? &messenger->settings : NULL;
}

static void lock_because(AutoLock *lock, SettingId setting, const char *why)
{
        const Settings *settings = settings_of(lock);

        if (!settings || settings_number(settings, setting) == 0)
                return;
        log_info("account", "locking: %s", why);
        account_lock(lock->account);
}

/* ---- Idle time ---- */

static void arm(AutoLock *lock);

static gboolean on_timer(gpointer userdata)
{
        AutoLock *lock = userdata;

        lock->timer = 0;
        arm(lock);
        return G_SOURCE_REMOVE;
}

/* The timer runs out when it could be time; if somebody has asked meanwhile, it goes on for the rest. */
static void arm(AutoLock *lock)
{
        const Settings *settings = settings_of(lock);
        uint64_t limit_ms, idle_ms;

        if (lock->timer)
                g_source_remove(lock->timer);
        lock->timer = 0;
        if (!settings || settings_number(settings, SETTING_LOCK_AFTER_IDLE) == 0)
                return;
        limit_ms = (uint64_t)settings_number(settings, SETTING_LOCK_AFTER_IDLE) * 1000;
        idle_ms = now_ms() - lock->last_ms;
        if (idle_ms >= limit_ms)
                lock_because(lock, SETTING_LOCK_AFTER_IDLE, "nobody asked for anything for a while");
        else
                lock->timer = g_timeout_add((guint)(limit_ms - idle_ms), on_timer, lock);
}

/* A program that only looks, such as a panel, does not keep the account open. */
static bool is_activity(sd_bus_message *m)
{
        const char *interface;
        uint8_t type = 0;

        if (sd_bus_message_get_type(m, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
                return false;
        interface = sd_bus_message_get_interface(m);
        if (!interface)
                return false;
        return g_str_has_prefix(interface, BUS_NAME ".") ||
               sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Set") > 0;
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        AutoLock *lock = userdata;

        if (is_activity(m))
                lock->last_ms = now_ms();
        return 0;
}

/* ---- logind ---- */

static void on_sleeping(void *userdata)
{
        lock_because(userdata, SETTING_LOCK_ON_SUSPEND, "the machine is about to sleep");
}

static void on_session_locked(void *userdata)
{
        lock_because(userdata, SETTING_LOCK_ON_SESSION_LOCK, "the session was locked");
}

static const LogindHandler logind_handler = {
                .sleeping = on_sleeping,
                .session_locked = on_session_locked,
};

/* ---- What the account tells ---- */

static void look_again(AutoLock *lock)
{
        const Settings *settings = settings_of(lock);

        if (lock->logind)
                logind_delay_sleep(lock->logind, settings && settings_bool(settings, SETTING_LOCK_ON_SUSPEND));
        arm(lock);
}

static void on_state_changed(void *userdata)
{
        AutoLock *lock = userdata;

        lock->last_ms = now_ms();
        look_again(lock);
}

static void on_setting_changed(void *userdata, SettingId id)
{
        if (id == SETTING_LOCK_AFTER_IDLE || id == SETTING_LOCK_ON_SUSPEND)
                look_again(userdata);
}

static const AccountHandler account_handler = {
                .state_changed = on_state_changed,
                .setting_changed = on_setting_changed,
};

AutoLock *auto_lock_free(AutoLock *lock)
{
        if (!lock)
                return NULL;
        account_remove_handler(lock->account, lock);
        if (lock->timer)
                g_source_remove(lock->timer);
        sd_bus_slot_unref(lock->filter);
        logind_free(lock->logind);
        free(lock);
        return NULL;
}

int auto_lock_new(Account *account, sd_bus *bus, AutoLock **out)
{
        AutoLock *lock = calloc(1, sizeof(*lock));
        int r;

        if (!lock)
                return -ENOMEM;
        lock->account = account;
        account_add_handler(account, &account_handler, lock);
        r = sd_bus_add_filter(bus, &lock->filter, on_message, lock);
        if (r < 0) {
                auto_lock_free(lock);
                return r;
        }
        r = logind_new(&logind_handler, lock, &lock->logind);
        if (r < 0)
                log_warning("bus", r, "no system bus: the account locks neither on suspend nor with the session");
        *out = lock;
        return 0;
}
