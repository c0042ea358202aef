/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store-contact.h"

/* Whom a message is for: a user name, or the name of a group behind a plus sign. */
static inline bool recipient_is_group(const char *name)
{
        return name[0] == '+';
}

/*
 * In the caller's transaction: finds a group that we are in, or the contact of this well-formed name, which is accepted by being written
 * to. 0, PROBLEM_BLOCKED, PROBLEM_NOT_FOUND or PROBLEM_NOT_A_MEMBER.
 */
int recipient_open(Store *store, const char *name, Contact *out);
