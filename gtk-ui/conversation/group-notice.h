/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"

/* What a notice of a group tells. Newly allocated; NULL: it is no such notice. */
char *group_notice_text(const ClientMessage *message);
gboolean group_notice_is_warning(const ClientMessage *message);
