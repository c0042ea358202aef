/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* Account.FindUsers(). userdata is the Bus. */
int directory_bus_find(sd_bus_message *m, void *userdata, sd_bus_error *error);
