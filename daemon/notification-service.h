/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/*
 * The desktop's notification service, org.freedesktop.Notifications, by the Desktop Notifications
 * Specification 1.2. It comes and goes as it likes; what it shows has numbers of its own, from 1.
 */
typedef struct NotificationService NotificationService;

typedef struct NotificationHandler {
        void (*ready)(void *userdata);  /* it has said what it can: notifications can be shown */
        void (*absent)(void *userdata); /* there is none, or not the same any more: nothing is shown */
        void (*opened)(void *userdata, uint32_t id,
                       const char *token); /* a person wants to see more; token may be NULL */
        void (*replied)(void *userdata, uint32_t id, const char *text);
        void (*closed)(void *userdata, uint32_t id);
} NotificationHandler;

int notification_service_new(sd_bus *bus, const NotificationHandler *handler, void *userdata,
                             NotificationService **out);
NotificationService *notification_service_free(NotificationService *service);

/* Asks what it can, which starts it where it does not run; then it is ready or absent. */
int notification_service_ask(NotificationService *service);
bool notification_service_is_ready(const NotificationService *service);
bool notification_service_has_markup(const NotificationService *service);

typedef struct Notification {
        uint32_t replaces; /* 0: it is a new one */
        const char *summary;
        const char *body; /* with markup, if the service has it */
        bool can_reply;   /* offer to answer at once, where the service can */
} Notification;

/* Calls answered() with the service's reply, from which notification_service_id() has the number, 0 if it
 * failed. */
int notification_service_show(NotificationService *service, const Notification *notification,
                              sd_bus_slot **slot, sd_bus_message_handler_t answered, void *userdata);
uint32_t notification_service_id(sd_bus_message *reply);
int notification_service_close(NotificationService *service, uint32_t id);
