/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/pause.h"

#include <glib.h>
#include <stdlib.h>

struct Pause {
        void (*over)(void *userdata);
        void *userdata;
        guint timer;
        gint64 end; /* monotonic, microseconds */
};

Pause *pause_new(void (*over)(void *userdata), void *userdata)
{
        Pause *pause = calloc(1, sizeof(*pause));

        if (!pause)
                return NULL;
        pause->over = over;
        pause->userdata = userdata;
        return pause;
}

Pause *pause_free(Pause *pause)
{
        if (!pause)
                return NULL;
        if (pause->timer)
                g_source_remove(pause->timer);
        free(pause);
        return NULL;
}

static gboolean on_end(gpointer userdata)
{
        Pause *pause = userdata;

        pause->timer = 0;
        pause->over(pause->userdata);
        return G_SOURCE_REMOVE;
}

void pause_for(Pause *pause, uint32_t ms)
{
        gint64 end;

        if (ms > PAUSE_MAX_MS)
                ms = PAUSE_MAX_MS;
        end = g_get_monotonic_time() + (gint64)ms * 1000;
        if (pause->timer && end <= pause->end)
                return;
        if (pause->timer)
                g_source_remove(pause->timer);
        pause->end = end;
        pause->timer = g_timeout_add(ms, on_end, pause);
}

bool pause_is_on(const Pause *pause)
{
        return pause->timer != 0;
}
