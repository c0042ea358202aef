/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/notification-service.h"

#include <errno.h>
#include <glib.h>
#include <libintl.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/desktop-window.h"

#define _(text) gettext(text)

#define SERVICE "org.freedesktop.Notifications"
#define OBJECT  "/org/freedesktop/Notifications"
#define BUS     "org.freedesktop.DBus"

enum { MATCHES = 5 };

struct NotificationService {
        sd_bus *bus;
        const NotificationHandler *handler;
        void *userdata;
        sd_bus_slot *matches[MATCHES], *asking;
        bool is_ready, has_actions, has_markup, has_reply;
        uint32_t token_id; /* the notification to which the token belongs */
        char *token;
};

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

static void notification_service_freep(NotificationService **service)
{
        notification_service_free(*service);
}

/* ---- What it can ---- */

static int read_capabilities(NotificationService *service, sd_bus_message *reply)
{
        const char *word = NULL;
        int r;

        r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "s");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(reply, "s", &word)) > 0) {
                service->has_actions |= strcmp(word, "actions") == 0;
                service->has_markup |= strcmp(word, "body-markup") == 0;
                service->has_reply |= strcmp(word, "inline-reply") == 0;
        }
        return r;
}

static int on_capabilities(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        NotificationService *service = userdata;

        service->asking = sd_bus_slot_unref(service->asking);
        service->has_actions = service->has_markup = service->has_reply = false;
        service->is_ready = !sd_bus_message_is_method_error(reply, NULL) &&
                            read_capabilities(service, reply) >= 0;
        if (service->is_ready)
                service->handler->ready(service->userdata);
        else
                service->handler->absent(service->userdata);
        return 0;
}

int notification_service_ask(NotificationService *service)
{
        if (service->asking)
                return 0;
        return sd_bus_call_method_async(service->bus, &service->asking, SERVICE, OBJECT, SERVICE,
                                        "GetCapabilities", on_capabilities, service, NULL);
}

bool notification_service_is_ready(const NotificationService *service)
{
        return service->is_ready;
}

bool notification_service_has_markup(const NotificationService *service)
{
        return service->has_markup;
}

/* ---- What it is told ---- */

static int append_actions(const NotificationService *service, const Notification *notification,
                          sd_bus_message *m)
{
        int r;

        r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "s");
        if (r < 0)
                return r;
        if (service->has_actions) {
                r = sd_bus_message_append(m, "ss", "default", _("Open"));
                if (r < 0)
                        return r;
        }
        if (service->has_reply && notification->can_reply) {
                r = sd_bus_message_append(m, "ss", "inline-reply", _("Reply"));
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}

int notification_service_show(NotificationService *service, const Notification *notification,
                              sd_bus_slot **slot, sd_bus_message_handler_t answered, void *userdata)
{
        _cleanup_(message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(service->bus, &m, SERVICE, OBJECT, SERVICE, "Notify");
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "susss", _("Secure Messenger"), notification->replaces,
                                  DESKTOP_WINDOW_NAME, notification->summary, notification->body);
        if (r < 0)
                return r;
        r = append_actions(service, notification, m);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "a{sv}i", 2, "desktop-entry", "s", DESKTOP_WINDOW_NAME, "category", "s",
                                  "im.received", -1);
        if (r < 0)
                return r;
        return sd_bus_call_async(service->bus, slot, m, answered, userdata, 0);
}

uint32_t notification_service_id(sd_bus_message *reply)
{
        uint32_t id = 0;

        if (sd_bus_message_is_method_error(reply, NULL) || sd_bus_message_read(reply, "u", &id) < 0)
                return 0;
        return id;
}

int notification_service_close(NotificationService *service, uint32_t id)
{
        return sd_bus_call_method_async(service->bus, NULL, SERVICE, OBJECT, SERVICE, "CloseNotification",
                                        NULL, NULL, "u", id);
}

/* ---- What it says. A signal that makes no sense is no error of ours. ---- */

static int on_token(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        NotificationService *service = userdata;
        const char *token = NULL;
        uint32_t id = 0;

        if (sd_bus_message_read(signal, "us", &id, &token) < 0)
                return 0;
        g_free(service->token);
        service->token = g_strdup(token);
        service->token_id = id;
        return 0;
}

static int on_action(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        NotificationService *service = userdata;
        const char *action = NULL;
        uint32_t id = 0;

        if (sd_bus_message_read(signal, "us", &id, &action) < 0 || strcmp(action, "default") != 0)
                return 0;
        service->handler->opened(service->userdata, id, service->token_id == id ? service->token : NULL);
        g_clear_pointer(&service->token, g_free);
        return 0;
}

static int on_reply(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        NotificationService *service = userdata;
        const char *text = NULL;
        uint32_t id = 0;

        if (sd_bus_message_read(signal, "us", &id, &text) >= 0)
                service->handler->replied(service->userdata, id, text);
        return 0;
}

static int on_closed(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        NotificationService *service = userdata;
        uint32_t id = 0;

        if (sd_bus_message_read(signal, "uu", &id, NULL) >= 0)
                service->handler->closed(service->userdata, id);
        return 0;
}

static int on_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error)
{
        NotificationService *service = userdata;
        const char *before = NULL;

        if (sd_bus_message_read(signal, "sss", NULL, &before, NULL) < 0 || *before == '\0')
                return 0;
        service->is_ready = false;
        service->handler->absent(service->userdata);
        return 0;
}

/* ---- Life ---- */

static int match(NotificationService *service, sd_bus_slot **slot, const char *member,
                 sd_bus_message_handler_t handler)
{
        return sd_bus_match_signal_async(service->bus, slot, SERVICE, OBJECT, SERVICE, member, handler, NULL,
                                         service);
}

int notification_service_new(sd_bus *bus, const NotificationHandler *handler, void *userdata,
                             NotificationService **out)
{
        _cleanup_(notification_service_freep) NotificationService *service = g_new0(NotificationService, 1);
        int r;

        service->bus = sd_bus_ref(bus);
        service->handler = handler;
        service->userdata = userdata;
        r = match(service, &service->matches[0], "ActivationToken", on_token);
        if (r < 0)
                return r;
        r = match(service, &service->matches[1], "ActionInvoked", on_action);
        if (r < 0)
                return r;
        r = match(service, &service->matches[2], "NotificationReplied", on_reply);
        if (r < 0)
                return r;
        r = match(service, &service->matches[3], "NotificationClosed", on_closed);
        if (r < 0)
                return r;
        r = sd_bus_add_match_async(bus, &service->matches[4],
                                   "type='signal',sender='" BUS "',interface='" BUS "',"
                                   "member='NameOwnerChanged',arg0='" SERVICE "'",
                                   on_owner_changed, NULL, service);
        if (r < 0)
                return r;
        *out = g_steal_pointer(&service);
        return 0;
}

NotificationService *notification_service_free(NotificationService *service)
{
        if (!service)
                return NULL;
        for (unsigned i = 0; i < MATCHES; i++)
                sd_bus_slot_unref(service->matches[i]);
        sd_bus_slot_unref(service->asking);
        sd_bus_unref(service->bus);
        g_free(service->token);
        g_free(service);
        return NULL;
}
