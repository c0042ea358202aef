/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* The members of Messages that are about files, for its table; daemon/attachments-bus.c has them. */
int attachment_method_send(sd_bus_message *m, void *userdata, sd_bus_error *error);
int attachment_method_save(sd_bus_message *m, void *userdata, sd_bus_error *error);
int attachment_method_fetch(sd_bus_message *m, void *userdata, sd_bus_error *error);
int attachment_method_thumbnail(sd_bus_message *m, void *userdata, sd_bus_error *error);
