/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/contact-trust-bus.h"

#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/trust.h"

static int change(sd_bus_message *m, Bus *bus, const SigningPublicKey *key)
{
        Messenger *messenger;
        int r, locked;

        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (key)
                r = trust_mark(messenger->store, bus->found.name, key);
        else
                r = trust_unmark(messenger->store, bus->found.name);
        if (r != 0)
                return bus_reply_error(m, r);
        messenger_pump(messenger);
        return sd_bus_reply_method_return(m, NULL);
}

int contact_method_mark_verified(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const void *data = NULL;
        SigningPublicKey key;
        size_t size = 0;
        int r;

        r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r == 0 && size != sizeof(key.bytes))
                r = PROBLEM_KEY_CHANGED;
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        memcpy(key.bytes, data, size);
        return change(m, userdata, &key);
}

int contact_method_unverify(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        int r;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        return change(m, userdata, NULL);
}

static int load(void *userdata, ContactTrust *out)
{
        Bus *bus = userdata;

        return store_trust_get(account_messenger(bus->account)->store, bus->found.id, out);
}

int contact_get_verified(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        ContactTrust trust;
        int r = load(userdata, &trust);

        return r < 0 ? r : sd_bus_message_append(reply, "b", (int)(trust.how != VERIFIED_NOT));
}

int contact_get_verified_time(sd_bus *b, const char *path, const char *interface, const char *property,
                              sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        ContactTrust trust;
        int r = load(userdata, &trust);

        return r < 0 ? r : sd_bus_message_append(reply, "x", (int64_t)trust.verified_ms);
}

int contact_get_verified_how(sd_bus *b, const char *path, const char *interface, const char *property,
                             sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        ContactTrust trust;
        int r = load(userdata, &trust);

        return r < 0 ? r : sd_bus_message_append(reply, "s", verified_how_name(trust.how));
}
