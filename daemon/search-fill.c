/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/search-fill.h"

#include <glib.h>

#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/store-search.h"

enum { PAUSE_MS = 20 }; /* between two steps: whoever waits for the daemon comes first */

struct SearchFill {
        Store *store;
        guint source;
};

static int step(Store *store, bool *left_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_search_fill(store, left_out);
        if (r < 0)
                return r;
        return store_commit(&transaction);
}

static gboolean on_time(gpointer userdata)
{
        SearchFill *fill = userdata;
        bool left = false;
        int r;

        r = step(fill->store, &left);
        if (r < 0)
                log_error("store", r, "cannot index old messages; the next unlock tries again");
        if (r == 0 && left)
                return G_SOURCE_CONTINUE;
        fill->source = 0;
        return G_SOURCE_REMOVE;
}

SearchFill *search_fill_new(Store *store)
{
        SearchFill *fill = g_new0(SearchFill, 1);

        fill->store = store;
        fill->source = g_timeout_add_full(G_PRIORITY_LOW, PAUSE_MS, on_time, fill, NULL);
        return fill;
}

SearchFill *search_fill_free(SearchFill *fill)
{
        if (!fill)
                return NULL;
        if (fill->source)
                g_source_remove(fill->source);
        g_free(fill);
        return NULL;
}
