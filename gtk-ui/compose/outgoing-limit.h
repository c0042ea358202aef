/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/messenger-proxies.h"
#include "gtk-ui/compose/outgoing-file.h"

enum { OUTGOING_FILES_MAX = 32 }; /* at once */

/* Why a file cannot be sent beside `count` others, as a sentence, newly allocated; NULL: as far as is known, it can. */
char *outgoing_limit_problem(MessengerAccount *account, SmOutgoingFile *file, guint count);
