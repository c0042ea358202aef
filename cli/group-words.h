/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"

/* What a notice of a group tells, as a sentence, newly allocated and not yet harmless; NULL: it is no such notice. */
char *group_words(const ClientMessage *message);
