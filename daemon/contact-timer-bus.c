/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libintl.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/contact-members.h"
#include "daemon/store-timer.h"
#include "daemon/timer.h"

#define _(text) gettext(text)

int contact_method_set_timer(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const Contact contact = bus->found;
        Messenger *messenger;
        uint32_t seconds = 0;
        int r;

        r = sd_bus_message_read(m, "u", &seconds);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (!messenger)
                return bus_reply_error(m, r);
        if (contact_is_self(&messenger->self, &contact))
                return bus_reply_error_text(m, PROBLEM_INVALID_ARGUMENT, _("Notes to oneself stay."));
        r = timer_set(messenger->store, &messenger->self, contact.name, seconds);
        if (r == PROBLEM_INVALID_ARGUMENT)
                return bus_reply_error_text(m, r, _("Messages stay for 5 seconds to 365 days, or for ever."));
        if (r != 0)
                return bus_reply_error(m, r);
        outbox_pump(messenger->outbox);
        return sd_bus_reply_method_return(m, NULL);
}

int contact_get_timer(sd_bus *b, const char *path, const char *interface, const char *property,
                      sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        Timer timer;
        int r;

        r = store_timer_get(messenger->store, bus->found.id, &timer);
        return r < 0 ? r : sd_bus_message_append(reply, "u", timer.seconds);
}
