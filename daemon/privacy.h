/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/settings.h"
#include "daemon/store-contact.h"

/* What a contact may learn of the person here: what was decided for them, else what the settings say. Nothing for
 * whoever is not accepted, or has a key that nobody has accepted. */
bool privacy_allows(const Settings *settings, const Contact *contact, ContactPrivacy what);

/* The property's name, which is that of the setting. */
const char *privacy_name(ContactPrivacy what);
/* PRIVACY_COUNT: there is none of this name. */
ContactPrivacy privacy_find(const char *name);

/* "default", "no", "yes". */
const char *privacy_choice_name(ContactChoice choice);

/* A person decides, in a transaction of its own. 0, PROBLEM_INVALID_ARGUMENT (no such choice) or PROBLEM_NOT_FOUND. */
int privacy_choose(Store *store, const char *contact, ContactPrivacy what, const char *choice);
