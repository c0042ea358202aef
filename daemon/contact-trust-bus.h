/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Members of the Contact interface about trust, for the table in contact-bus.c. userdata is the Bus, whose
 * `found` is the contact. */
int contact_method_mark_verified(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_method_unverify(sd_bus_message *m, void *userdata, sd_bus_error *error);
int contact_get_verified(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error);
int contact_get_verified_time(sd_bus *b, const char *path, const char *interface, const char *property,
                              sd_bus_message *reply, void *userdata, sd_bus_error *error);
int contact_get_verified_how(sd_bus *b, const char *path, const char *interface, const char *property,
                             sd_bus_message *reply, void *userdata, sd_bus_error *error);
