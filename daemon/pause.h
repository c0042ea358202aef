/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A while during which something is not tried, because the server or the disk asked for it. */
typedef struct Pause Pause;

enum {
        PAUSE_TROUBLE_MS = 30000, /* where nobody said how long */
        PAUSE_BUSY_MS = 5000,
        PAUSE_MAX_MS = 15 * 60 * 1000, /* however long a server asks for */
};

Pause *pause_new(void (*over)(void *userdata), void *userdata); /* NULL: no memory */
Pause *pause_free(Pause *pause);
void pause_for(Pause *pause, uint32_t ms); /* from now; never makes it shorter */
bool pause_is_on(const Pause *pause);
