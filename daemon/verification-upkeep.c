/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/verification-upkeep.h"

#include <glib.h>
#include <stdlib.h>

#include "daemon/log.h"

enum { TROUBLE_MS = 30000 }; /* between two attempts where the store cannot be written */

struct VerificationUpkeep {
        Store *store;
        const PeerSelf *self;
        void (*expired)(void *userdata);
        void *userdata;
        guint timer;
};

VerificationUpkeep *verification_upkeep_new(Store *store, const PeerSelf *self,
                                            void (*expired)(void *userdata), void *userdata)
{
        VerificationUpkeep *upkeep = calloc(1, sizeof(*upkeep));

        if (!upkeep)
                return NULL;
        upkeep->store = store;
        upkeep->self = self;
        upkeep->expired = expired;
        upkeep->userdata = userdata;
        return upkeep;
}

VerificationUpkeep *verification_upkeep_free(VerificationUpkeep *upkeep)
{
        if (!upkeep)
                return NULL;
        if (upkeep->timer)
                g_source_remove(upkeep->timer);
        free(upkeep);
        return NULL;
}

static gboolean on_timer(gpointer userdata)
{
        VerificationUpkeep *upkeep = userdata;

        upkeep->timer = 0;
        verification_upkeep_run(upkeep);
        upkeep->expired(upkeep->userdata);
        return G_SOURCE_REMOVE;
}

void verification_upkeep_run(VerificationUpkeep *upkeep)
{
        uint64_t next_ms = 0;
        int r;

        r = verification_expire(upkeep->store, upkeep->self, &next_ms);
        if (r < 0) {
                log_error("verification", r, "cannot end what has waited for too long");
                next_ms = TROUBLE_MS;
        }
        if (upkeep->timer)
                g_source_remove(upkeep->timer);
        upkeep->timer = next_ms > 0 ? g_timeout_add((guint)next_ms, on_timer, upkeep) : 0;
}
