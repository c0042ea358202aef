/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-options.h"

#include <string.h>

#include "daemon/problem.h"

static int read_value(sd_bus_message *call, const BusOption *option)
{
        const char signature[] = {option->type, '\0'};
        const char *contents = NULL;
        int r;

        r = sd_bus_message_peek_type(call, NULL, &contents);
        if (r < 0)
                return r;
        if (strcmp(contents, signature) != 0)
                return PROBLEM_INVALID_ARGUMENT;
        r = sd_bus_message_enter_container(call, SD_BUS_TYPE_VARIANT, signature);
        if (r < 0)
                return r;
        r = sd_bus_message_read_basic(call, option->type, option->value);
        if (r < 0)
                return r;
        if (option->given)
                *option->given = true;
        r = sd_bus_message_exit_container(call);
        return r < 0 ? r : 0;
}

static int read_entry(sd_bus_message *call, const BusOption *table)
{
        const char *name = NULL;
        int r;

        r = sd_bus_message_read_basic(call, SD_BUS_TYPE_STRING, &name);
        if (r < 0)
                return r;
        for (; table->name; table++)
                if (strcmp(table->name, name) == 0)
                        return read_value(call, table);
        return PROBLEM_INVALID_ARGUMENT;
}

int bus_read_options(sd_bus_message *call, const BusOption *table)
{
        int r;

        r = sd_bus_message_enter_container(call, SD_BUS_TYPE_ARRAY, "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(call, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
                r = read_entry(call, table);
                if (r != 0)
                        return r;
                r = sd_bus_message_exit_container(call);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(call);
        return r < 0 ? r : 0;
}

int bus_read_no_options(sd_bus_message *call)
{
        static const BusOption none[] = {{NULL}};

        return bus_read_options(call, none);
}
