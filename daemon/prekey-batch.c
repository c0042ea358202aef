/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/prekey-batch.h"

#include <errno.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/store-account.h"
#include "daemon/store-prekey.h"

static void publish(const Prekey *prekey, PublicPrekey *out)
{
        out->id = prekey->id;
        out->size = prekey_encode_public(prekey, out->bytes);
}

static int make_one(Store *store, const Identity *owner, PrekeyKind kind, uint32_t id, PublicPrekey *out)
{
        const E2eeContext context = clock_e2ee_context();
        Prekey prekey;
        int r;

        prekey_generate(&prekey, kind, id, owner, &context);
        r = store_prekey_insert(store, &prekey);
        if (r == 0)
                publish(&prekey, out);
        prekey_wipe(&prekey);
        return r;
}

/* One that the server did not confirm may be offered again, while it is young enough. */
static bool may_offer(const Prekey *prekey, bool uploaded)
{
        const uint64_t now = clock_now_ms();

        return !uploaded && now >= prekey->created_ms && now - prekey->created_ms < SIGNED_PREKEY_ROTATE_MS;
}

static int make_signed(Store *store, const Identity *owner, PrekeyKind kind, PublicPrekey *out)
{
        bool uploaded = false, again = false;
        uint32_t id = 0;
        Prekey newest;
        int r;

        r = store_prekey_newest(store, kind, &newest, &uploaded);
        if (r < 0)
                return r;
        if (r == 0) {
                again = may_offer(&newest, uploaded);
                if (again)
                        publish(&newest, out);
                prekey_wipe(&newest);
        }
        if (again)
                return 0;
        r = store_account_take_prekey_ids(store, 1, &id);
        if (r < 0)
                return r;
        return make_one(store, owner, kind, id, out);
}

int prekey_batch_make(Store *store, const Identity *owner, const PrekeyNeed *need, PrekeyBatch *out)
{
        unsigned count = need->one_time < ONE_TIME_PREKEYS_FULL ? need->one_time : ONE_TIME_PREKEYS_FULL;
        uint32_t first = 0;
        int r;

        memset(out, 0, sizeof(*out));
        if (need->signed_prekey) {
                r = make_signed(store, owner, PREKEY_SIGNED, &out->signed_prekey);
                if (r < 0)
                        return r;
        }
        if (need->last_resort) {
                r = make_signed(store, owner, PREKEY_LAST_RESORT, &out->last_resort);
                if (r < 0)
                        return r;
        }
        if (count == 0)
                return 0;
        r = store_account_take_prekey_ids(store, count, &first);
        if (r < 0)
                return r;
        for (; out->one_time_count < count; out->one_time_count++) {
                r = make_one(store, owner, PREKEY_ONE_TIME, first + out->one_time_count,
                             &out->one_time[out->one_time_count]);
                if (r < 0)
                        return r;
        }
        return 0;
}

bool prekey_batch_is_empty(const PrekeyBatch *batch)
{
        return batch->signed_prekey.id == 0 && batch->last_resort.id == 0 && batch->one_time_count == 0;
}

int prekey_batch_confirm(Store *store, const PrekeyBatch *batch)
{
        int r = 0;

        if (batch->signed_prekey.id)
                r = store_prekey_set_uploaded(store, PREKEY_SIGNED, batch->signed_prekey.id);
        if (r == 0 && batch->last_resort.id)
                r = store_prekey_set_uploaded(store, PREKEY_LAST_RESORT, batch->last_resort.id);
        for (unsigned i = 0; r == 0 && i < batch->one_time_count; i++)
                r = store_prekey_set_uploaded(store, PREKEY_ONE_TIME, batch->one_time[i].id);
        return r;
}

static ProtobufCBinaryData bytes_of(PublicPrekey *prekey)
{
        return (ProtobufCBinaryData){.data = prekey->bytes, .len = prekey->id ? prekey->size : 0};
}

static void fill_one_time(PrekeyBatch *batch)
{
        for (unsigned i = 0; i < batch->one_time_count; i++) {
                wire__one_time_prekey__init(&batch->wire[i]);
                batch->wire[i].id = batch->one_time[i].id;
                batch->wire[i].key = bytes_of(&batch->one_time[i]);
                batch->wire_pointers[i] = &batch->wire[i];
        }
}

void prekey_batch_fill_upload(PrekeyBatch *batch, Wire__UploadPrekeys *out)
{
        fill_one_time(batch);
        out->signed_prekey = bytes_of(&batch->signed_prekey);
        out->last_resort_prekey = bytes_of(&batch->last_resort);
        out->one_time_prekeys = batch->wire_pointers;
        out->n_one_time_prekeys = batch->one_time_count;
}

void prekey_batch_fill_device(PrekeyBatch *batch, Wire__DeviceKeys *out)
{
        fill_one_time(batch);
        out->signed_prekey = bytes_of(&batch->signed_prekey);
        out->last_resort_prekey = bytes_of(&batch->last_resort);
        out->one_time_prekeys = batch->wire_pointers;
        out->n_one_time_prekeys = batch->one_time_count;
}
