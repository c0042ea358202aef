/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-error.h"
#include "daemon/bus.h"
#include "daemon/contact-members.h"
#include "daemon/privacy.h"

/* One getter and one setter for all four: which it is, the property's name tells. */

int contact_get_privacy(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "s",
                                     privacy_choice_name(bus->found.choices[privacy_find(property)]));
}

int contact_set_privacy(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Contact contact = bus->found;
        const char *choice = NULL;
        Messenger *messenger;
        int r;

        r = sd_bus_message_read(m, "s", &choice);
        if (r < 0)
                return r;
        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = privacy_choose(messenger->store, contact.name, privacy_find(property), choice);
        if (r != 0)
                return bus_set_error(error, r);
        bus_mark_contact_changed(bus, contact.name);
        return 0;
}
