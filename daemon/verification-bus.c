/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/bus.h"
#include "daemon/cleanup.h"
#include "daemon/verification.h"
#include "e2ee/sas-emoji.h"
#include "e2ee/wipe.h"

enum { EXCHANGE_TEXT_SIZE = 2 * CONTENT_EXCHANGE_SIZE + 1 };

/* ---- Methods ---- */

static int method_start(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        uint8_t exchange[CONTENT_EXCHANGE_SIZE];
        char text[EXCHANGE_TEXT_SIZE];
        Messenger *messenger;
        Bus *bus = userdata;
        int r, locked;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        r = verification_start(messenger->store, &messenger->self, bus->found.name, exchange);
        if (r != 0)
                return bus_reply_error(m, r);
        messenger_pump(messenger);
        sodium_bin2hex(text, sizeof(text), exchange, sizeof(exchange));
        return sd_bus_reply_method_return(m, "s", text);
}

static int act(sd_bus_message *m, Bus *bus, VerificationAct what)
{
        uint8_t exchange[CONTENT_EXCHANGE_SIZE];
        const char *text = NULL;
        Messenger *messenger;
        size_t size = 0;
        int r, locked;

        r = sd_bus_message_read(m, "s", &text);
        if (r < 0)
                return r;
        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &locked);
        if (!messenger)
                return bus_reply_error(m, locked);
        if (sodium_hex2bin(exchange, sizeof(exchange), text, strlen(text), NULL, &size, NULL) != 0 ||
            size != sizeof(exchange))
                return bus_reply_error(m, PROBLEM_NO_VERIFICATION);
        r = verification_act(messenger->store, &messenger->self, bus->found.name, exchange, what);
        if (r != 0)
                return bus_reply_error(m, r);
        messenger_pump(messenger);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_accept(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return act(m, userdata, VERIFICATION_ACCEPT);
}

static int method_confirm(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return act(m, userdata, VERIFICATION_CONFIRM);
}

static int method_mismatch(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return act(m, userdata, VERIFICATION_DIFFER);
}

static int method_cancel(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return act(m, userdata, VERIFICATION_CANCEL);
}

/* ---- Properties ---- */

static int load(Bus *bus, Verification *out)
{
        return store_verification_load(account_messenger(bus->account)->store, bus->found.id, out);
}

static int get_state(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Verification verification = {0};
        E2EE_WIPE(verification);
        int r = load(userdata, &verification);

        return r < 0 ? r : sd_bus_message_append(reply, "s", verification_state_name(verification.state));
}

static int get_exchange(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        char text[EXCHANGE_TEXT_SIZE] = "";
        Verification verification = {0};
        E2EE_WIPE(verification);
        int r = load(userdata, &verification);

        if (r < 0)
                return r;
        if (verification.state != VERIFICATION_NONE)
                sodium_bin2hex(text, sizeof(text), verification.exchange, sizeof(verification.exchange));
        return sd_bus_message_append(reply, "s", text);
}

static int get_started_here(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Verification verification = {0};
        E2EE_WIPE(verification);
        int r = load(userdata, &verification);

        return r < 0 ? r : sd_bus_message_append(reply, "b", (int)verification.started_here);
}

static int get_expires(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Verification verification = {0};
        int64_t expires = 0;
        E2EE_WIPE(verification);
        int r = load(userdata, &verification);

        if (r < 0)
                return r;
        if (verification_is_active(&verification))
                expires = (int64_t)verification.last_step_ms + VERIFICATION_STEP_MS;
        return sd_bus_message_append(reply, "x", expires);
}

static int append_emoji(sd_bus_message *reply, Bus *bus, const Verification *verification)
{
        Messenger *messenger = account_messenger(bus->account);
        SasResult result = {0};
        E2EE_WIPE(result);
        int r;

        r = verification_finish(verification, &messenger->self, &bus->found, &result);
        for (unsigned i = 0; r == 0 && i < SAS_EMOJI_COUNT; i++) {
                const SasEmoji *emoji = sas_emoji(result.emoji[i]);

                r = sd_bus_message_append(reply, "(uss)", (uint32_t)result.emoji[i], emoji->emoji,
                                          emoji->name);
                r = r < 0 ? r : 0;
        }
        return r < 0 ? r : 0;
}

static int get_emoji(sd_bus *b, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Verification verification = {0};
        E2EE_WIPE(verification);
        int r = load(userdata, &verification);

        if (r < 0)
                return r;
        r = sd_bus_message_open_container(reply, SD_BUS_TYPE_ARRAY, "(uss)");
        if (r < 0)
                return r;
        if (verification.state == VERIFICATION_COMPARING || verification.state == VERIFICATION_CONFIRMED) {
                r = append_emoji(reply, userdata, &verification);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(reply);
}

#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("Start", "a{sv}", SD_BUS_PARAM(options), "s",
                                         SD_BUS_PARAM(exchange), method_start, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Accept", "sa{sv}", SD_BUS_PARAM(exchange) SD_BUS_PARAM(options),
                                         "", , method_accept, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Confirm", "sa{sv}", SD_BUS_PARAM(exchange) SD_BUS_PARAM(options),
                                         "", , method_confirm, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Mismatch", "sa{sv}", SD_BUS_PARAM(exchange) SD_BUS_PARAM(options),
                                         "", , method_mismatch, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Cancel", "sa{sv}", SD_BUS_PARAM(exchange) SD_BUS_PARAM(options),
                                         "", , method_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("State", "s", get_state, 0, CHANGES),
                SD_BUS_PROPERTY("Exchange", "s", get_exchange, 0, CHANGES),
                SD_BUS_PROPERTY("StartedHere", "b", get_started_here, 0, CHANGES),
                SD_BUS_PROPERTY("Emoji", "a(uss)", get_emoji, 0, CHANGES),
                SD_BUS_PROPERTY("Expires", "x", get_expires, 0, CHANGES),
                SD_BUS_VTABLE_END,
};

int verification_bus_add(Bus *bus)
{
        return sd_bus_add_fallback_vtable(bus->bus, NULL, BUS_CONTACTS, BUS_VERIFICATION, vtable,
                                          contact_bus_find, bus);
}

void verification_bus_announce(Bus *bus, const char *name)
{
        _cleanup_(freep) char *path = NULL;

        if (sd_bus_path_encode(BUS_CONTACTS, name, &path) >= 0)
                sd_bus_emit_properties_changed(bus->bus, path, BUS_VERIFICATION, "State", "Exchange",
                                               "StartedHere", "Emoji", "Expires", NULL);
}
