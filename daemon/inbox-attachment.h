/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "e2ee/content.h"

/* Takes in a message with a file, in the caller's transaction; the file itself stays where it is. */
int inbox_take_attachment(const InboxContext *context, const Content *content);
