/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/content.h"

/* What encoding and decoding of contents share: the versions of content.proto, as needs_version counts them. */
enum {
        CONTENT_SCHEMA_TIMERS = 2, /* disappearing messages */
        CONTENT_SCHEMA_VERSION = CONTENT_SCHEMA_TIMERS,
};

static inline bool content_verification_has_data(ContentVerificationStep step)
{
        return step >= CONTENT_VERIFICATION_COMMIT && step <= CONTENT_VERIFICATION_CONFIRM;
}
