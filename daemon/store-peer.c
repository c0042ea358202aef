/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/store-peer.h"

#include <errno.h>
#include <sodium.h>

#include "daemon/cleanup.h"

int store_peer_load(Store *store, int64_t contact, uint32_t device_id, Peer **out)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        const uint8_t *state = NULL;
        size_t size = 0;
        int r;

        r = statement_prepare(store->database, &s,
                              "SELECT state FROM peer WHERE contact = :contact AND device_id = :device_id");
        if (r < 0)
                return r;
        statement_bind_int64(s, ":contact", contact);
        statement_bind_int64(s, ":device_id", device_id);
        r = statement_step(s);
        if (r < 0)
                return r;
        if (r == 0) {
                *out = peer_new();
                return *out ? 0 : -ENOMEM;
        }
        r = statement_column_blob(s, "state", &state, &size);
        if (r < 0)
                return r;
        r = peer_decode(state, size, out);
        if (r == PEER_UNSUPPORTED)
                return -EPROTONOSUPPORT;
        return r > 0 ? -EBADMSG : r;
}

int store_peer_save(Store *store, int64_t contact, uint32_t device_id, const Peer *peer)
{
        _cleanup_(statement_releasep) Statement *s = NULL;
        _cleanup_(freep) uint8_t *state = NULL;
        size_t size = 0;
        int r;

        r = peer_encode(peer, &state, &size);
        if (r < 0)
                return r;
        r = statement_prepare(
                        store->database, &s,
                        "INSERT INTO peer (contact, device_id, state) VALUES (:contact, :device_id, :state)"
                        " ON CONFLICT (contact, device_id) DO UPDATE SET state = excluded.state");
        if (r == 0) {
                statement_bind_int64(s, ":contact", contact);
                statement_bind_int64(s, ":device_id", device_id);
                statement_bind_blob(s, ":state", state, size);
                r = statement_run(s);
        }
        sodium_memzero(state, size);
        return r;
}
