/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/problem.h"
#include "daemon/store.h"

/*
 * What a person can set, and how it stands: in the encrypted store, so it is known while unlocked only. To add
 * one: here, a line in the table of settings.c, one in that of settings-bus.c, its documentation in
 * dbus-interfaces/org.securemessenger.Messenger1.Settings.xml and in smctl(1).
 */
typedef enum SettingId {
        SETTING_LOCK_AFTER_IDLE,
        SETTING_LOCK_ON_SUSPEND,
        SETTING_LOCK_ON_SESSION_LOCK,
        SETTING_FETCH_PICTURES_UP_TO,
        SETTING_NOTIFICATIONS,
        SETTING_NOTIFICATION_CONTENT,
        SETTING_SEND_READ_RECEIPTS,
        SETTING_SEND_DELIVERY_RECEIPTS,
        SETTING_SHOW_PRESENCE,
        SETTING_SEND_TYPING,
        SETTING_COUNT,
} SettingId;

/* As its D-Bus property. Values are numbers: 0 or 1 for 'b'; for 's', the place among its words. */
typedef struct SettingKind {
        const char *name;
        char type; /* 'b', 'u' or 's' */
        uint32_t otherwise;
        uint32_t max;             /* of 'u' */
        const char *const *words; /* of 's', ended by NULL */
} SettingKind;

extern const SettingKind setting_kinds[SETTING_COUNT];

/* SETTING_COUNT: there is none of this name. */
SettingId setting_find(const char *name);

typedef struct Settings {
        Store *store;
        uint32_t values[SETTING_COUNT];
        void (*changed)(void *userdata, SettingId id); /* after it is durable; NULL: nobody listens */
        void *userdata;
} Settings;

/* Reads them. What has no value, or one that makes no sense, is as it is otherwise. */
int settings_init(Settings *settings, Store *store);

static inline bool settings_bool(const Settings *settings, SettingId id)
{
        return settings->values[id] != 0;
}

static inline uint32_t settings_number(const Settings *settings, SettingId id)
{
        return settings->values[id];
}

/* In a transaction of its own. PROBLEM_INVALID_ARGUMENT: beyond its bounds. */
int settings_set(Settings *settings, SettingId id, uint32_t value);
/* By its word. PROBLEM_INVALID_ARGUMENT: it is none of them. */
int settings_set_word(Settings *settings, SettingId id, const char *word);
