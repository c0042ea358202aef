/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "wire/messenger.pb-c.h"

/* The short name of a code, for logs and metrics: "rate-limited". Never NULL; "unknown" for what is not in the schema. */
const char *wire_error_name(Wire__ErrorCode code);
const char *wire_goodbye_name(Wire__GoodbyeReason reason);
