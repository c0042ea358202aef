/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

/* One option that a method knows. */
typedef struct BusOption {
        const char *name; /* NULL ends a table */
        char type;        /* 'b', 's', 't', 'u' or 'h' */
        void *value; /* int (b, h), const char *, uint64_t, uint32_t: as sd_bus_message_read_basic() has it
                      */
        bool *given; /* or NULL */
} BusOption;

/* Reads an a{sv}. Returns 0, PROBLEM_INVALID_ARGUMENT for what is unknown or of another type, or a negative
 * errno. */
int bus_read_options(sd_bus_message *call, const BusOption *table);
/* For methods that know none yet. */
int bus_read_no_options(sd_bus_message *call);
