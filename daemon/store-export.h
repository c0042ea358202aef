/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"

/* contact 0: all conversations. */
typedef struct ExportBounds {
        uint64_t last;  /* the largest number there is now */
        uint64_t total; /* how many messages there are */
} ExportBounds;
int store_export_bounds(Store *store, int64_t contact, ExportBounds *out);

/* The first number after `after`; 0: there is none. */
int store_export_next(Store *store, int64_t contact, uint64_t after, uint64_t *out);
