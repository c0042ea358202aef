/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"

/* The property's name. */
const char *mark_name(ContactMark mark);
/* MARK_COUNT: there is none of this name. */
ContactMark mark_find(const char *name);

/* A person sets it, in a transaction of its own. 0 or PROBLEM_NOT_FOUND. */
int mark_set(Store *store, const char *contact, ContactMark mark, bool set);
