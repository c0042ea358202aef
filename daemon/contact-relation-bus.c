/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libintl.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/contact-members.h"
#include "daemon/relation.h"

#define _(text) gettext(text)

static int take_step(sd_bus_message *m, Bus *bus, RelationStep step)
{
        const Contact contact = bus->found;
        Messenger *messenger;
        int r;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (messenger && step == RELATION_BLOCK && contact_is_self(&messenger->self, &contact))
                return bus_reply_error_text(m, PROBLEM_INVALID_ARGUMENT, _("Nobody blocks themselves."));
        if (messenger)
                r = relation_take_step(messenger->store, contact.name, step);
        if (r == PROBLEM_INVALID_ARGUMENT)
                return bus_reply_error_text(m, r,
                                            _("They do not ask: you have accepted them. Block them, if you want to hear no more."));
        return r == 0 ? sd_bus_reply_method_return(m, NULL) : bus_reply_error(m, r);
}

int contact_method_accept(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return take_step(m, userdata, RELATION_ACCEPT);
}

int contact_method_decline(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return take_step(m, userdata, RELATION_DECLINE);
}

int contact_method_block(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return take_step(m, userdata, RELATION_BLOCK);
}

int contact_method_unblock(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return take_step(m, userdata, RELATION_UNBLOCK);
}

int contact_get_relation(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;

        return sd_bus_message_append(reply, "s", contact_relation_name(&bus->found));
}
