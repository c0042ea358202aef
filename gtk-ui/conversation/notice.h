/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"

/* What stands in the middle of a conversation instead of a bubble. Newly allocated; NULL for what somebody has said. */
char *notice_text(const ClientMessage *message);

/* Somebody should look at it. */
gboolean notice_is_warning(const ClientMessage *message);
