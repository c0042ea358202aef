/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/privacy.h"

#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"

static const SettingId settings_of[PRIVACY_COUNT] = {
                [PRIVACY_READ_RECEIPTS] = SETTING_SEND_READ_RECEIPTS,
                [PRIVACY_DELIVERY_RECEIPTS] = SETTING_SEND_DELIVERY_RECEIPTS,
                [PRIVACY_PRESENCE] = SETTING_SHOW_PRESENCE,
                [PRIVACY_TYPING] = SETTING_SEND_TYPING,
};

static const char *const choice_names[] = {
                [CHOICE_DEFAULT] = "default",
                [CHOICE_NO] = "no",
                [CHOICE_YES] = "yes",
};

bool privacy_allows(const Settings *settings, const Contact *contact, ContactPrivacy what)
{
        if (contact->is_group || !contact_is_accepted(contact) || contact->key_changed)
                return false;
        switch (contact->choices[what]) {
        case CHOICE_NO:
                return false;
        case CHOICE_YES:
                return true;
        case CHOICE_DEFAULT:
                break;
        }
        return settings_bool(settings, settings_of[what]);
}

const char *privacy_name(ContactPrivacy what)
{
        return setting_kinds[settings_of[what]].name;
}

ContactPrivacy privacy_find(const char *name)
{
        ContactPrivacy what = 0;

        while (what < PRIVACY_COUNT && strcmp(privacy_name(what), name) != 0)
                what++;
        return what;
}

const char *privacy_choice_name(ContactChoice choice)
{
        return choice_names[choice];
}

int privacy_choose(Store *store, const char *contact, ContactPrivacy what, const char *choice)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        ContactChoice chosen = CHOICE_DEFAULT;
        Contact record;
        int r;

        while (chosen < G_N_ELEMENTS(choice_names) && strcmp(choice_names[chosen], choice) != 0)
                chosen++;
        if (chosen == G_N_ELEMENTS(choice_names))
                return PROBLEM_INVALID_ARGUMENT;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_find(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        record.choices[what] = chosen;
        r = store_contact_update_choices(store, &record);
        return r < 0 ? r : store_commit(&transaction);
}
