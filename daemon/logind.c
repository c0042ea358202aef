/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logind.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>

#include "daemon/bus-source.h"
#include "daemon/cleanup.h"
#include "daemon/log.h"

#define LOGIND  "org.freedesktop.login1"
#define MANAGER "org.freedesktop.login1.Manager"
#define SESSION "org.freedesktop.login1.Session"

struct Logind {
        sd_bus *bus;
        GSource *source;
        const LogindHandler *handler;
        void *userdata;
        sd_bus_slot *inhibiting; /* the call for it is under way */
        bool delay;
        int inhibitor; /* sleep waits until it is closed; -1: none */
};

Logind *logind_free(Logind *logind)
{
        if (!logind)
                return NULL;
        closep(&logind->inhibitor);
        sd_bus_slot_unref(logind->inhibiting);
        bus_source_free(logind->source);
        sd_bus_close_unref(logind->bus);
        free(logind);
        return NULL;
}

static void on_lost(void *userdata, int error)
{
        log_warning("bus", error, "the system bus is gone: no lock on suspend or with the session from here on");
}

/* ---- Sleep ---- */

static void release(Logind *logind)
{
        logind->inhibiting = sd_bus_slot_unref(logind->inhibiting);
        closep(&logind->inhibitor);
        logind->inhibitor = -1;
}

static int on_inhibited(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Logind *logind = userdata;
        int r, fd = -1;

        logind->inhibiting = sd_bus_slot_unref(logind->inhibiting);
        r = -sd_bus_message_get_errno(reply);
        if (r == 0)
                r = sd_bus_message_read(reply, "h", &fd);
        if (r >= 0) {
                logind->inhibitor = fcntl(fd, F_DUPFD_CLOEXEC, 3);
                r = logind->inhibitor < 0 ? -errno : 0;
        }
        if (r < 0)
                log_warning("account", r, "logind does not hold sleep back: the account may lock after the machine woke up");
        return 0;
}

static void inhibit(Logind *logind)
{
        int r;

        if (!logind->delay || logind->inhibitor >= 0 || logind->inhibiting)
                return;
        r = sd_bus_call_method_async(logind->bus, &logind->inhibiting, LOGIND, "/org/freedesktop/login1",
                                     MANAGER, "Inhibit", on_inhibited, logind, "ssss", "sleep",
                                     "Secure Messenger", "The messages are locked first", "delay");
        if (r < 0)
                log_warning("account", r, "cannot ask logind to hold sleep back");
}

void logind_delay_sleep(Logind *logind, bool delay)
{
        logind->delay = delay;
        if (delay)
                inhibit(logind);
        else
                release(logind);
}

static int on_prepare_for_sleep(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        Logind *logind = userdata;
        int r, begins = 0;

        r = sd_bus_message_read(signal, "b", &begins);
        if (r < 0)
                return r;
        if (begins) {
                logind->handler->sleeping(logind->userdata);
                release(logind);
        } else {
                inhibit(logind);
        }
        return 0;
}

/* ---- The session ---- */

/* Everybody hears of everybody's sessions: whose it is, logind has to say. */
static int on_session_user(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Logind *logind = userdata;
        uint32_t uid = 0;
        int r;

        if (sd_bus_message_is_method_error(reply, NULL)) {
                log_warning("account", -sd_bus_message_get_errno(reply), "logind does not say whose session was locked");
                return 0;
        }
        r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_VARIANT, "(uo)");
        if (r >= 0)
                r = sd_bus_message_read(reply, "(uo)", &uid, NULL);
        if (r >= 0 && uid == getuid())
                logind->handler->session_locked(logind->userdata);
        return 0;
}

static int ask_whose(Logind *logind, const char *session)
{
        return sd_bus_call_method_async(logind->bus, NULL, LOGIND, session, "org.freedesktop.DBus.Properties",
                                        "Get", on_session_user, logind, "ss", SESSION, "User");
}

static int on_lock(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        return ask_whose(userdata, sd_bus_message_get_path(signal));
}

static int read_locked_hint(sd_bus_message *signal, int *out)
{
        const char *interface = NULL, *name = NULL;
        int r;

        r = sd_bus_message_read(signal, "s", &interface);
        if (r < 0)
                return r;
        r = sd_bus_message_enter_container(signal, SD_BUS_TYPE_ARRAY, "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(signal, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
                r = sd_bus_message_read(signal, "s", &name);
                if (r < 0)
                        return r;
                if (g_str_equal(name, "LockedHint"))
                        return sd_bus_message_read(signal, "v", "b", out);
                r = sd_bus_message_skip(signal, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(signal);
        }
        return r;
}

/* A desktop that locks its screen by itself tells logind of it, who then sends no Lock. */
static int on_session_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        int r, locked = 0;

        r = read_locked_hint(signal, &locked);
        if (r < 0)
                return r;
        return locked ? ask_whose(userdata, sd_bus_message_get_path(signal)) : 0;
}

/* ---- Its life ---- */

static int subscribe(Logind *logind)
{
        static const struct {
                const char *match;
                sd_bus_message_handler_t handler;
        } matches[] = {
                        {"type='signal',sender='" LOGIND "',interface='" MANAGER "',member='PrepareForSleep'",
                         on_prepare_for_sleep},
                        {"type='signal',sender='" LOGIND "',interface='" SESSION "',member='Lock'", on_lock},
                        {"type='signal',sender='" LOGIND "',interface='org.freedesktop.DBus.Properties',"
                         "member='PropertiesChanged',arg0='" SESSION "'",
                         on_session_changed},
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < G_N_ELEMENTS(matches); i++)
                r = sd_bus_add_match_async(logind->bus, NULL, matches[i].match, matches[i].handler, NULL, logind);
        return r;
}

int logind_new(const LogindHandler *handler, void *userdata, Logind **out)
{
        Logind *logind = calloc(1, sizeof(*logind));
        int r;

        if (!logind)
                return -ENOMEM;
        *logind = (Logind){.handler = handler, .userdata = userdata, .inhibitor = -1};
        r = sd_bus_open_system_with_description(&logind->bus, "smd");
        if (r >= 0)
                r = subscribe(logind);
        if (r < 0) {
                logind_free(logind);
                return r;
        }
        logind->source = bus_source_new(logind->bus, on_lost, logind);
        *out = logind;
        return 0;
}
