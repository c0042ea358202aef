/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/settings.h"

#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/store-setting.h"

enum { WEEK_SECONDS = 7 * 24 * 60 * 60 };

static const char *const notification_contents[] = {"full", "name", "none", NULL};

const SettingKind setting_kinds[SETTING_COUNT] = {
                [SETTING_LOCK_AFTER_IDLE] = {"LockAfterIdle", 'u', 0, WEEK_SECONDS, NULL},
                [SETTING_LOCK_ON_SUSPEND] = {"LockOnSuspend", 'b', 1, 0, NULL},
                [SETTING_LOCK_ON_SESSION_LOCK] = {"LockOnSessionLock", 'b', 0, 0, NULL},
                [SETTING_FETCH_PICTURES_UP_TO] = {"FetchPicturesUpTo", 'u', 10 * 1024, 1024 * 1024, NULL}, /* KiB */
                [SETTING_NOTIFICATIONS] = {"Notifications", 'b', 1, 0, NULL},
                [SETTING_NOTIFICATION_CONTENT] = {"NotificationContent", 's', 0, 0, notification_contents},
                [SETTING_SEND_READ_RECEIPTS] = {"SendReadReceipts", 'b', 1, 0, NULL},
                [SETTING_SEND_DELIVERY_RECEIPTS] = {"SendDeliveryReceipts", 'b', 1, 0, NULL},
                [SETTING_SHOW_PRESENCE] = {"ShowPresence", 'b', 1, 0, NULL},
                [SETTING_SEND_TYPING] = {"SendTyping", 'b', 1, 0, NULL},
};

SettingId setting_find(const char *name)
{
        SettingId id = 0;

        while (id < SETTING_COUNT && strcmp(setting_kinds[id].name, name) != 0)
                id++;
        return id;
}

static uint32_t max_of(const SettingKind *kind)
{
        switch (kind->type) {
        case 'b':
                return 1;
        case 's':
                return g_strv_length((char **)kind->words) - 1;
        default:
                return kind->max;
        }
}

static bool decode(const SettingKind *kind, const char *text, uint32_t *out)
{
        guint64 number;

        if (kind->type == 's') {
                for (*out = 0; kind->words[*out]; (*out)++)
                        if (strcmp(kind->words[*out], text) == 0)
                                return true;
                return false;
        }
        if (!g_ascii_string_to_unsigned(text, 10, 0, max_of(kind), &number, NULL))
                return false;
        *out = (uint32_t)number;
        return true;
}

static char *encode(const SettingKind *kind, uint32_t value)
{
        return kind->type == 's' ? g_strdup(kind->words[value]) : g_strdup_printf("%u", value);
}

static void on_setting(void *userdata, const char *name, const char *text)
{
        Settings *settings = userdata;
        SettingId id = setting_find(name);
        uint32_t value;

        if (id < SETTING_COUNT && decode(&setting_kinds[id], text, &value))
                settings->values[id] = value;
}

int settings_init(Settings *settings, Store *store)
{
        *settings = (Settings){.store = store};
        for (SettingId id = 0; id < SETTING_COUNT; id++)
                settings->values[id] = setting_kinds[id].otherwise;
        return store_setting_each(store, on_setting, settings);
}

int settings_set(Settings *settings, SettingId id, uint32_t value)
{
        const SettingKind *kind = &setting_kinds[id];
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        g_autofree char *text = NULL;
        int r;

        if (value > max_of(kind))
                return PROBLEM_INVALID_ARGUMENT;
        text = encode(kind, value);
        r = store_begin(settings->store, &transaction);
        if (r < 0)
                return r;
        r = store_setting_put(settings->store, kind->name, text);
        if (r < 0)
                return r;
        r = store_commit(&transaction);
        if (r < 0)
                return r;
        settings->values[id] = value;
        if (settings->changed)
                settings->changed(settings->userdata, id);
        return 0;
}

int settings_set_word(Settings *settings, SettingId id, const char *word)
{
        uint32_t value;

        if (!decode(&setting_kinds[id], word, &value))
                return PROBLEM_INVALID_ARGUMENT;
        return settings_set(settings, id, value);
}
