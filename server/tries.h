/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/config.h"
#include "server/familiar.h"
#include "server/limiter.h"
#include "server/pauses.h"

/* What is remembered of tries of passwords; session-tries.c has the rules. */
typedef struct Tries {
        Limiter address, account; /* of strangers */
        Pauses address_pauses;    /* of strangers */
        Pauses pair_pauses;       /* by account and address */
        Familiar familiar;
} Tries;

void tries_init(Tries *tries, const Config *config);
void tries_deinit(Tries *tries);

/* One that is under way. */
typedef struct Try {
        uint64_t account, address, pair;
        bool stranger;
} Try;

typedef enum TryResult {
        TRY_WRONG,
        TRY_RIGHT,
        TRY_NOT_LOOKED_AT,
} TryResult;
