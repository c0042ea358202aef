/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desktop-window.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/cleanup.h"

#define OBJECT      "/org/securemessenger/SecureMessenger"
#define APPLICATION "org.freedesktop.Application"
#define BUS         "org.freedesktop.DBus"

struct DesktopWindow {
        sd_bus *bus;
        sd_bus_slot *owner_match, *owner_call;
        bool is_open;
        void (*opened)(void *userdata);
        void *userdata;
};

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

static void desktop_window_freep(DesktopWindow **window)
{
        desktop_window_free(*window);
}

static void set_open(DesktopWindow *window, bool is_open)
{
        window->is_open = is_open;
        if (is_open)
                window->opened(window->userdata);
}

static int on_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        const char *owner = NULL;

        if (sd_bus_message_read(signal, "sss", NULL, NULL, &owner) >= 0)
                set_open(userdata, *owner != '\0');
        return 0;
}

static int on_has_owner(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        int has_owner = 0;

        if (!sd_bus_message_is_method_error(reply, NULL) && sd_bus_message_read(reply, "b", &has_owner) >= 0)
                set_open(userdata, has_owner != 0);
        return 0;
}

int desktop_window_new(sd_bus *bus, void (*opened)(void *userdata), void *userdata, DesktopWindow **out)
{
        _cleanup_(desktop_window_freep) DesktopWindow *window = calloc(1, sizeof(*window));
        int r;

        if (!window)
                return -ENOMEM;
        *window = (DesktopWindow){.bus = sd_bus_ref(bus), .opened = opened, .userdata = userdata};
        r = sd_bus_add_match_async(bus, &window->owner_match,
                                   "type='signal',sender='" BUS "',interface='" BUS "',"
                                   "member='NameOwnerChanged',arg0='" DESKTOP_WINDOW_NAME "'",
                                   on_owner_changed, NULL, window);
        if (r < 0)
                return r;
        r = sd_bus_call_method_async(bus, &window->owner_call, BUS, "/org/freedesktop/DBus", BUS,
                                     "NameHasOwner", on_has_owner, window, "s", DESKTOP_WINDOW_NAME);
        if (r < 0)
                return r;
        *out = window;
        window = NULL;
        return 0;
}

DesktopWindow *desktop_window_free(DesktopWindow *window)
{
        if (!window)
                return NULL;
        sd_bus_slot_unref(window->owner_match);
        sd_bus_slot_unref(window->owner_call);
        sd_bus_unref(window->bus);
        free(window);
        return NULL;
}

bool desktop_window_is_open(const DesktopWindow *window)
{
        return window->is_open;
}

static int append_platform_data(sd_bus_message *m, const char *token)
{
        int r;

        r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "{sv}");
        if (r < 0)
                return r;
        if (token) {
                r = sd_bus_message_append(m, "{sv}{sv}", "activation-token", "s", token,
                                          "desktop-startup-id", "s", token);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

/* Nobody waits for the answer: where there is no window, nothing happens. */
int desktop_window_show(DesktopWindow *window, const char *conversation, const char *token)
{
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(window->bus, &m, DESKTOP_WINDOW_NAME, OBJECT, APPLICATION,
                                           conversation ? "ActivateAction" : "Activate");
        if (r < 0)
                return r;
        if (conversation) {
                r = sd_bus_message_append(m, "sav", "open-conversation", 1, "s", conversation);
                if (r < 0)
                        return r;
        }
        r = append_platform_data(m, token);
        if (r < 0)
                return r;
        r = sd_bus_message_set_expect_reply(m, 0);
        if (r < 0)
                return r;
        return sd_bus_send(window->bus, m, NULL);
}
