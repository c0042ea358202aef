/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "daemon/bus-error.h"
#include "daemon/bus.h"

/* One getter and one setter for all: which setting it is, the property's name tells. While locked, nobody knows
 * how they stand: as they are otherwise, then. */
static int get_setting(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        SettingId id = setting_find(property);
        const SettingKind *kind = &setting_kinds[id];
        uint32_t value = messenger ? settings_number(&messenger->settings, id) : kind->otherwise;

        if (kind->type == SD_BUS_TYPE_BOOLEAN)
                return sd_bus_message_append(reply, "b", (int)value);
        if (kind->type == SD_BUS_TYPE_UINT32)
                return sd_bus_message_append(reply, "u", value);
        return sd_bus_message_append(reply, "s", kind->words[value]);
}

static int read_and_set(Settings *settings, SettingId id, sd_bus_message *m)
{
        const char *word = NULL;
        uint32_t number = 0;
        int r, boolean = 0;

        switch (setting_kinds[id].type) {
        case SD_BUS_TYPE_BOOLEAN:
                r = sd_bus_message_read(m, "b", &boolean);
                return r < 0 ? r : settings_set(settings, id, boolean != 0);
        case SD_BUS_TYPE_UINT32:
                r = sd_bus_message_read(m, "u", &number);
                return r < 0 ? r : settings_set(settings, id, number);
        default:
                r = sd_bus_message_read(m, "s", &word);
                return r < 0 ? r : settings_set_word(settings, id, word);
        }
}

static int set_setting(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger;
        int r;

        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = read_and_set(&messenger->settings, setting_find(property), m);
        return r == 0 ? 0 : bus_set_error(error, r);
}

#define SETTING(name, type)                                            \
        SD_BUS_WRITABLE_PROPERTY(name, type, get_setting, set_setting, 0, \
                                 SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE | SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SETTING("LockAfterIdle", "u"),
                SETTING("LockOnSuspend", "b"),
                SETTING("LockOnSessionLock", "b"),
                SETTING("FetchPicturesUpTo", "u"),
                SETTING("Notifications", "b"),
                SETTING("NotificationContent", "s"),
                SETTING("SendReadReceipts", "b"),
                SETTING("SendDeliveryReceipts", "b"),
                SETTING("ShowPresence", "b"),
                SETTING("SendTyping", "b"),
                SD_BUS_VTABLE_END,
};

int settings_bus_add(Bus *bus)
{
        return sd_bus_add_object_vtable(bus->bus, NULL, BUS_ROOT, BUS_SETTINGS, vtable, bus);
}

void settings_bus_announce(Bus *bus, SettingId id)
{
        sd_bus_emit_properties_changed(bus->bus, BUS_ROOT, BUS_SETTINGS, setting_kinds[id].name, NULL);
}

void settings_bus_announce_all(Bus *bus)
{
        const char *names[SETTING_COUNT + 1] = {NULL};

        for (SettingId id = 0; id < SETTING_COUNT; id++)
                names[id] = setting_kinds[id].name;
        sd_bus_emit_properties_changed_strv(bus->bus, BUS_ROOT, BUS_SETTINGS, (char **)names);
}
