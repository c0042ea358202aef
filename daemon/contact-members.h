/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Members of the Contact interface, for the one table in contact-bus.c. userdata is the Bus, whose `found` is the contact. */

/* contact-session-bus.c */
int contact_method_get_session(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_method_renew(sd_bus_message *m, void *userdata, sd_bus_error *error);

/* contact-relation-bus.c */
int contact_method_accept(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_method_decline(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_method_block(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_method_unblock(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_get_relation(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* contact-marks-bus.c */
int contact_get_mark(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *userdata, sd_bus_error *error);
int contact_set_mark(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_get_unread(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* contact-presence-bus.c */
int contact_get_online(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error);
int contact_get_typing(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error);
int contact_method_set_typing(sd_bus_message *m, void *userdata, sd_bus_error *error);

/* contact-privacy-bus.c */
int contact_get_privacy(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *error);
int contact_set_privacy(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *m, void *userdata, sd_bus_error *error);

/* contact-timer-bus.c */
int contact_method_set_timer(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_get_timer(sd_bus *b, const char *path, const char *interface, const char *property,
                      sd_bus_message *reply, void *userdata, sd_bus_error *error);
