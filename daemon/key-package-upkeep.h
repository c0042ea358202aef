/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-link.h"
#include "e2ee/group.h"

/* Keeps the server supplied with this device's key packages, as prekey-upkeep.h does with prekeys. */
typedef struct KeyPackageUpkeep KeyPackageUpkeep;

/* The others must outlive it. NULL: no memory. */
KeyPackageUpkeep *key_package_upkeep_new(Store *store, const GroupSelf *self, ServerLink *link);
KeyPackageUpkeep *key_package_upkeep_free(KeyPackageUpkeep *upkeep);

/* The server said how many one-time packages it has left; NULL: ask it. */
void key_package_upkeep_run(KeyPackageUpkeep *upkeep, const uint32_t *left);
void key_package_upkeep_link_changed(KeyPackageUpkeep *upkeep);
