/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/purge.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/log.h"
#include "daemon/pause.h"

/* Many deletions in a row cost one cut: whoever sends them cannot keep the disk busy. */
enum { GATHER_MS = 500, AGAIN_MS = 10000 };

struct Purge {
        Store *store;
        Pause *pause;
};

static void on_over(void *userdata)
{
        Purge *purge = userdata;
        int r;

        purge->store->must_purge = false;
        r = database_checkpoint(purge->store->database);
        if (r == 0)
                return;
        purge->store->must_purge = true;
        log_warning("store", r, "cannot cut the log; trying again later");
        pause_for(purge->pause, AGAIN_MS);
}

Purge *purge_new(Store *store)
{
        Purge *purge = calloc(1, sizeof(*purge));

        if (!purge)
                return NULL;
        purge->store = store;
        purge->pause = pause_new(on_over, purge);
        if (!purge->pause)
                return purge_free(purge);
        /* Something may have been taken away just before a crash. */
        pause_for(purge->pause, GATHER_MS);
        return purge;
}

Purge *purge_free(Purge *purge)
{
        if (!purge)
                return NULL;
        pause_free(purge->pause);
        free(purge);
        return NULL;
}

void purge_committed(Purge *purge)
{
        if (purge->store->must_purge && !pause_is_on(purge->pause))
                pause_for(purge->pause, GATHER_MS);
}
