/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/* What a person has set, by name; what they have not is not there. */
int store_setting_each(Store *store, void (*each)(void *userdata, const char *name, const char *value),
                       void *userdata);
int store_setting_put(Store *store, const char *name, const char *value);
