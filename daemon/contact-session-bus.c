/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libintl.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/contact-members.h"
#include "daemon/renewal.h"
#include "daemon/store-peer.h"
#include "daemon/store-renewal.h"

#define _(text) gettext(text)

int contact_method_renew(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Messenger *messenger;
        Bus *bus = userdata;
        int r, locked;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (contact_is_self(&messenger->self, &bus->found))
                return bus_reply_error_text(m, PROBLEM_INVALID_ARGUMENT, _("There is no session with oneself."));
        r = renewal_ask(messenger->store, bus->found.name);
        if (r != 0)
                return bus_reply_error(m, r);
        messenger_pump(messenger);
        return sd_bus_reply_method_return(m, NULL);
}

static int append_session(sd_bus_message *m, uint32_t device_id, const PeerSessionInfo *info)
{
        const RenewalDue due = renewal_due(info);

        return sd_bus_message_append(
                        m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}", "suite", "u", info->suite, "device-id", "u",
                        device_id, "started", "x", (int64_t)info->started_ms, "started-here", "b",
                        (int)info->started_here, "acknowledged", "b", (int)info->acknowledged, "last-step", "x",
                        (int64_t)info->last_step_ms, "sent", "t", info->sent, "received", "t", info->received,
                        "renewal-time", "x", (int64_t)due.time_ms, "renewal-messages", "t", due.messages);
}

static int append(sd_bus_message *m, Store *store, const Contact *contact)
{
        _cleanup_(peer_freep) Peer *peer = NULL;
        PeerSessionInfo info;
        bool wanted = false;
        int r;

        r = store_renewal_get(store, contact->id, &wanted);
        if (r < 0)
                return r;
        r = store_peer_load(store, contact->id, contact->device_id, &peer);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        if (peer_session_info(peer, &info)) {
                r = append_session(m, contact->device_id, &info);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_append(m, "{sv}{sv}", "archived", "u", (uint32_t)info.archived, "renewal-wanted", "b",
                                  (int)wanted);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int contact_method_get_session(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Messenger *messenger;
        Bus *bus = userdata;
        int r, locked;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        r = append(reply, messenger->store, &bus->found);
        return r < 0 ? bus_reply_error(m, r) : sd_bus_send(bus->bus, reply, NULL);
}
