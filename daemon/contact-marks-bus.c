/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bus-error.h"
#include "daemon/bus.h"
#include "daemon/contact-members.h"
#include "daemon/marks.h"
#include "daemon/notifier.h"
#include "daemon/store-unread.h"

/* One getter and one setter for all marks: which it is, the property's name tells. */

int contact_get_mark(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "b", (int)bus->found.marks[mark_find(property)]);
}

int contact_set_mark(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Contact contact = bus->found;
        const ContactMark mark = mark_find(property);
        Messenger *messenger;
        int r, set = 0;

        r = sd_bus_message_read(m, "b", &set);
        if (r < 0)
                return r;
        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = mark_set(messenger->store, contact.name, mark, set != 0);
        if (r != 0)
                return bus_set_error(error, r);
        if (mark == MARK_MUTED && set)
                notifier_clear(bus->notifier, contact.name);
        bus_mark_contact_changed(bus, contact.name);
        return 0;
}

int contact_get_unread(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Messenger *messenger = account_messenger(bus->account);
        uint32_t count = 0;
        int r = 0;

        if (messenger)
                r = store_unread_of(messenger->store, bus->found.id, &count);
        return r < 0 ? r : sd_bus_message_append(reply, "u", count);
}
