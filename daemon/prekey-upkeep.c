/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/prekey-upkeep.h"

#include <errno.h>
#include <glib.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-prekey.h"
#include "wire/error.h"

enum {
        LOOK_SECONDS = 3600, /* how often a connection that lasts looks at the age of its prekeys */
        /* One-time prekeys kept here: those on the server, and as many again that it may have given out
         * lately. Older ones belong to envelopes that no mailbox holds any more. */
        ONE_TIME_KEPT = 1000,
};

struct PrekeyUpkeep {
        Store *store;
        const Identity *identity;
        ServerLink *link;
        PrekeyBatch *batch; /* sent, and not confirmed */
        guint timer;
};

static gboolean on_look(gpointer userdata)
{
        prekey_upkeep_run(userdata, NULL);
        return G_SOURCE_CONTINUE;
}

PrekeyUpkeep *prekey_upkeep_new(Store *store, const Identity *identity, ServerLink *link)
{
        PrekeyUpkeep *upkeep = calloc(1, sizeof(*upkeep));

        if (!upkeep)
                return NULL;
        upkeep->store = store;
        upkeep->identity = identity;
        upkeep->link = link;
        upkeep->timer = g_timeout_add_seconds(LOOK_SECONDS, on_look, upkeep);
        return upkeep;
}

PrekeyUpkeep *prekey_upkeep_free(PrekeyUpkeep *upkeep)
{
        if (!upkeep)
                return NULL;
        g_source_remove(upkeep->timer);
        free(upkeep->batch);
        free(upkeep);
        return NULL;
}

/* Is there a prekey of this kind that the server has, and that is young enough? */
static int is_due(Store *store, PrekeyKind kind, uint64_t now_ms, bool *due_out)
{
        bool uploaded = false;
        Prekey newest;
        int r;

        r = store_prekey_newest(store, kind, &newest, &uploaded);
        if (r < 0)
                return r;
        *due_out = r == STORE_PREKEY_NONE || !uploaded || now_ms < newest.created_ms ||
                   now_ms - newest.created_ms >= SIGNED_PREKEY_ROTATE_MS;
        if (r == 0)
                prekey_wipe(&newest);
        return 0;
}

int prekey_upkeep_plan(Store *store, uint64_t now_ms, const uint32_t *left, PrekeyNeed *out)
{
        int r;

        *out = (PrekeyNeed){0};
        if (left && *left < ONE_TIME_PREKEYS_LOW)
                out->one_time = ONE_TIME_PREKEYS_FULL - *left;
        r = is_due(store, PREKEY_SIGNED, now_ms, &out->signed_prekey);
        if (r < 0)
                return r;
        return is_due(store, PREKEY_LAST_RESORT, now_ms, &out->last_resort);
}

static int make(PrekeyUpkeep *upkeep, const uint32_t *left, PrekeyBatch *batch)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        uint64_t now = clock_now_ms();
        PrekeyNeed need;
        int r;

        r = store_begin(upkeep->store, &transaction);
        if (r < 0)
                return r;
        r = prekey_upkeep_plan(upkeep->store, now, left, &need);
        if (r < 0)
                return r;
        if (!need.signed_prekey && !need.last_resort && need.one_time == 0)
                return 0;
        r = prekey_batch_make(upkeep->store, upkeep->identity, &need, batch);
        if (r < 0)
                return r;
        r = store_prekey_delete_replaced(upkeep->store, PREKEY_SIGNED, now - SIGNED_PREKEY_KEEP_MS);
        if (r < 0)
                return r;
        r = store_prekey_delete_replaced(upkeep->store, PREKEY_LAST_RESORT, now - SIGNED_PREKEY_KEEP_MS);
        if (r < 0)
                return r;
        r = store_prekey_trim_one_time(upkeep->store, ONE_TIME_KEPT);
        if (r < 0)
                return r;
        return store_commit(&transaction);
}

static int confirm(PrekeyUpkeep *upkeep)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(upkeep->store, &transaction);
        if (r < 0)
                return r;
        r = prekey_batch_confirm(upkeep->store, upkeep->batch);
        if (r < 0)
                return r;
        return store_commit(&transaction);
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        PrekeyUpkeep *upkeep = userdata;
        int r;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_PREKEY_COUNT) {
                log_info("prekeys", "the server has %u one-time prekeys",
                         frame->prekey_count->one_time_prekeys_left);
                r = confirm(upkeep);
                if (r < 0)
                        log_error("prekeys", r, "cannot store that the server has them");
        } else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR) {
                log_warning("prekeys", 0, "the server does not take them: %s",
                            wire_error_name(frame->error->code));
        }
        free(upkeep->batch);
        upkeep->batch = NULL;
        return true;
}

void prekey_upkeep_run(PrekeyUpkeep *upkeep, const uint32_t *left)
{
        _cleanup_(freep) PrekeyBatch *batch = NULL;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__UploadPrekeys upload = WIRE__UPLOAD_PREKEYS__INIT;
        int r;

        if (upkeep->batch || server_link_state(upkeep->link) != LINK_ONLINE)
                return;
        batch = calloc(1, sizeof(*batch));
        r = batch ? make(upkeep, left, batch) : -ENOMEM;
        if (r < 0) {
                log_error("prekeys", r, "cannot make prekeys");
                return;
        }
        if (prekey_batch_is_empty(batch))
                return;
        prekey_batch_fill_upload(batch, &upload);
        frame.body_case = WIRE__CLIENT_FRAME__BODY_UPLOAD_PREKEYS;
        frame.upload_prekeys = &upload;
        r = server_link_send(upkeep->link, &frame, on_answer, upkeep);
        if (r == 0)
                upkeep->batch = g_steal_pointer(&batch);
}

void prekey_upkeep_link_changed(PrekeyUpkeep *upkeep)
{
        if (server_link_state(upkeep->link) == LINK_ONLINE)
                return;
        free(upkeep->batch);
        upkeep->batch = NULL;
}
