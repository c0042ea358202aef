/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Methods of Messages that change a message which is there. userdata: the Bus. */
int message_bus_edit(sd_bus_message *m, void *userdata, sd_bus_error *error);
int message_bus_delete(sd_bus_message *m, void *userdata, sd_bus_error *error);
int message_bus_react(sd_bus_message *m, void *userdata, sd_bus_error *error);
