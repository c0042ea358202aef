/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/contact-members.h"

int contact_get_online(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "b", messenger && presence_is_online(messenger->presence, bus->found.name));
}

int contact_get_typing(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Messenger *messenger = account_messenger(bus->account);

        return sd_bus_message_append(reply, "b", messenger && typing_is_heard(messenger->typing, bus->found.name));
}

int contact_method_set_typing(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Contact contact = bus->found;
        Messenger *messenger;
        int r, active = 0;

        r = sd_bus_message_read(m, "b", &active);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = typing_say(messenger->typing, contact.name, active != 0);
        return r == 0 ? sd_bus_reply_method_return(m, NULL) : bus_reply_error(m, r);
}
