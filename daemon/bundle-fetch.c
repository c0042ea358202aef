/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bundle-fetch.h"

#include <errno.h>
#include <glib.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/log.h"
#include "daemon/outbox-result.h"
#include "daemon/pause.h"
#include "daemon/renewal.h"
#include "daemon/sealing.h"
#include "daemon/store-message.h"
#include "daemon/store-peer.h"
#include "daemon/store-renewal.h"
#include "wire/error.h"

enum {
        SEAL_AT_ONCE = 64,             /* entries that one transaction encrypts, so that it stays short */
        PUT_ASIDE_MS = 10 * 60 * 1000, /* before a contact whose bundle made no sense is looked at again */
};

struct BundleFetch {
        Store *store;
        const PeerSelf *self;
        ServerLink *link;
        void (*sealed)(void *userdata);
        void *userdata;
        Pause *pause;
        int64_t contact;       /* whose bundle is being fetched; 0: nobody's */
        GHashTable *put_aside; /* contacts whose bundles made no sense */
        Pause *aside;          /* for so long, or until the next connection */
};

static void on_resumed(void *userdata)
{
        bundle_fetch_pump(userdata);
}

static void on_aside_over(void *userdata)
{
        BundleFetch *fetch = userdata;

        g_hash_table_remove_all(fetch->put_aside);
        bundle_fetch_pump(fetch);
}

BundleFetch *bundle_fetch_new(Store *store, const PeerSelf *self, ServerLink *link,
                              void (*sealed)(void *userdata), void *userdata)
{
        BundleFetch *fetch = calloc(1, sizeof(*fetch));

        if (!fetch)
                return NULL;
        fetch->store = store;
        fetch->self = self;
        fetch->link = link;
        fetch->sealed = sealed;
        fetch->userdata = userdata;
        fetch->put_aside = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        fetch->pause = pause_new(on_resumed, fetch);
        fetch->aside = pause_new(on_aside_over, fetch);
        return fetch->pause && fetch->aside ? fetch : bundle_fetch_free(fetch);
}

BundleFetch *bundle_fetch_free(BundleFetch *fetch)
{
        if (!fetch)
                return NULL;
        pause_free(fetch->pause);
        pause_free(fetch->aside);
        g_hash_table_unref(fetch->put_aside);
        free(fetch);
        return NULL;
}

void bundle_fetch_forget(BundleFetch *fetch)
{
        fetch->contact = 0;
        g_hash_table_remove_all(fetch->put_aside);
}

/* ---- What waits ---- */

/* Encrypts some of what waits, with a new session in the first call. Returns 1 while more may wait. */
static int seal_some(BundleFetch *fetch, int64_t contact_id, const PrekeyBundle *bundle)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(peer_freep) Peer *peer = NULL;
        const E2eeContext context = clock_e2ee_context();
        OutboxEntry entry;
        Contact contact;
        int r, sealed = 0;

        r = store_begin(fetch->store, &transaction);
        if (r < 0)
                return r;
        r = store_contact_get(fetch->store, contact_id, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        if (bundle) {
                r = contact_see_identity(fetch->store, fetch->self, &contact, &bundle->identity);
                if (r < 0)
                        return r;
                if (contact.key_changed && !contact_shows_identity(&contact, &bundle->identity)) {
                        /* The bundle is the accepted key's, and older than the change that an envelope has shown: what
                         * goes ahead of the acceptance cannot be sealed for the new one. */
                        r = store_outbox_delete_ahead(fetch->store, contact_id);
                        return r < 0 ? r : store_commit(&transaction);
                }
                if (contact.key_changed) {
                        r = store_outbox_first_waiting(fetch->store, contact_id, &entry);
                        if (r != 0) /* nothing goes ahead */
                                return r < 0 ? r : store_commit(&transaction);
                }
                contact.device_id = bundle->address.device_id;
                r = store_contact_update(fetch->store, &contact);
                if (r < 0)
                        return r;
        }
        r = store_peer_load(fetch->store, contact.id, contact.device_id, &peer);
        if (r < 0)
                return r;
        if (bundle) {
                r = peer_start(peer, fetch->self, bundle, &context);
                if (r != 0)
                        return r < 0 ? r : -EPROTO;
                r = renewal_started(fetch->store, &contact);
                if (r < 0)
                        return r;
        }

        while (sealed < SEAL_AT_ONCE) {
                r = store_outbox_first_waiting(fetch->store, contact.id, &entry);
                if (r < 0)
                        return r;
                if (r == STORE_OUTBOX_NONE)
                        break;
                r = seal_entry(fetch->store, fetch->self, peer, &contact, &entry);
                if (r == SEALING_TOO_LARGE)
                        r = outbox_fail(fetch->store, &entry, PROBLEM_TEXT_TOO_LONG);
                if (r != 0)
                        return r < 0 ? r : -EPROTO;
                sealed++;
        }
        r = store_peer_save(fetch->store, contact.id, contact.device_id, peer);
        if (r < 0)
                return r;
        r = store_commit(&transaction);
        return r < 0 ? r : sealed == SEAL_AT_ONCE;
}

/* The server knows nobody of that name. */
static int fail_waiting(BundleFetch *fetch, int64_t contact)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        OutboxEntry entry;
        int r;

        r = store_begin(fetch->store, &transaction);
        if (r < 0)
                return r;
        while ((r = store_outbox_first_waiting(fetch->store, contact, &entry)) == 0) {
                r = outbox_fail(fetch->store, &entry, PROBLEM_UNKNOWN_RECIPIENT);
                if (r < 0)
                        return r;
        }
        if (r >= 0)
                r = store_renewal_set(fetch->store, contact, false);
        return r < 0 ? r : store_commit(&transaction);
}

/* All that waits says why, and one event tells of it. */
static int hold_waiting(BundleFetch *fetch, int64_t contact, Problem reason, uint64_t retry_at_ms)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        OutboxEntry entry;
        int r;

        r = store_begin(fetch->store, &transaction);
        if (r < 0)
                return r;
        r = store_outbox_first_waiting(fetch->store, contact, &entry);
        if (r != 0) /* a renewal holds nothing up */
                return r < 0 ? r : 0;
        r = store_message_set_queued_reason(fetch->store, contact, reason, retry_at_ms);
        if (r == 0)
                r = outbox_hold(fetch->store, &entry, reason, retry_at_ms);
        return r < 0 ? r : store_commit(&transaction);
}

/* ---- The answer ---- */

static void put_aside(BundleFetch *fetch, int64_t contact, int r, const char *why)
{
        int64_t *key = g_new(int64_t, 1);

        log_warning("outbox", r < 0 ? r : 0, "no session with contact %" G_GINT64_FORMAT ": %s", contact,
                    why);
        *key = contact;
        g_hash_table_add(fetch->put_aside, key);
        pause_for(fetch->aside, PUT_ASIDE_MS);
        r = hold_waiting(fetch, contact, PROBLEM_FAILED, 0);
        if (r < 0)
                log_error("outbox", r, "cannot store why a message waits");
}

/* What is wrong with the bundle or the contact stays so; a full disk or scarce memory does not. */
static bool is_lasting(int r)
{
        return r >= 0 || r == -EPROTO || r == -EBADMSG || r == -EPROTONOSUPPORT;
}

static void fail(BundleFetch *fetch, int64_t contact, int r, const char *why)
{
        if (is_lasting(r)) {
                put_aside(fetch, contact, r, why);
                return;
        }
        log_error("outbox", r, "no session with contact %" G_GINT64_FORMAT " for now: %s", contact, why);
        pause_for(fetch->pause, PAUSE_TROUBLE_MS);
}

static const Wire__Bundle *newest_device(const Wire__Bundles *bundles)
{
        const Wire__Bundle *newest = NULL;

        for (size_t i = 0; i < bundles->n_bundles; i++)
                if (!newest || bundles->bundles[i]->device_id > newest->device_id)
                        newest = bundles->bundles[i];
        return newest;
}

static int decode(const Contact *contact, const Wire__Bundle *wire, PrekeyBundle *out)
{
        const Wire__OneTimePrekey *one_time = wire->one_time_prekey;
        Address address = {.device_id = wire->device_id};
        PrekeyBundleParts parts = {
                        .identity = wire->identity.data,
                        .identity_size = wire->identity.len,
                        .signed_prekey = wire->signed_prekey.data,
                        .signed_prekey_size = wire->signed_prekey.len,
        };

        g_strlcpy(address.name, contact->name, sizeof(address.name));
        if (one_time) {
                parts.one_time_prekey = one_time->key.data;
                parts.one_time_prekey_size = one_time->key.len;
        } else if (wire->last_resort_prekey.len > 0) {
                parts.last_resort_prekey = wire->last_resort_prekey.data;
                parts.last_resort_prekey_size = wire->last_resort_prekey.len;
        }
        return prekey_bundle_decode(&address, &parts, out);
}

static void on_bundles(BundleFetch *fetch, int64_t id, const Wire__Bundles *bundles)
{
        const Wire__Bundle *wire = newest_device(bundles);
        const PrekeyBundle *first;
        PrekeyBundle bundle;
        Contact contact;
        int r;

        if (!wire) {
                r = fail_waiting(fetch, id);
                if (r < 0)
                        fail(fetch, id, r, "cannot store that there is no such name");
                return;
        }
        r = store_contact_get(fetch->store, id, &contact);
        if (r != 0) {
                fail(fetch, id, r, "the contact cannot be read");
                return;
        }
        r = decode(&contact, wire, &bundle);
        if (r != 0) {
                fail(fetch, id, r, "the server gave a bundle that does not verify");
                return;
        }
        first = &bundle;
        do {
                r = seal_some(fetch, id, first);
                first = NULL;
        } while (r > 0);
        if (r < 0)
                fail(fetch, id, r, "cannot start one");
}

static void on_error(BundleFetch *fetch, int64_t contact, const Wire__Error *error)
{
        uint32_t wait_ms = error->retry_after_ms ? error->retry_after_ms : PAUSE_BUSY_MS;
        int r;

        log_info("outbox", "the server gives no bundle: %s", wire_error_name(error->code));
        if (error->code == WIRE__ERROR_CODE__ERROR_CODE_UNKNOWN_RECIPIENT ||
            error->code == WIRE__ERROR_CODE__ERROR_CODE_BAD_NAME) {
                r = fail_waiting(fetch, contact);
                if (r < 0)
                        fail(fetch, contact, r, "cannot store that there is no such name");
                return;
        }
        if (error->code != WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED &&
            error->code != WIRE__ERROR_CODE__ERROR_CODE_BUSY) {
                pause_for(fetch->pause, PAUSE_TROUBLE_MS);
                return;
        }
        if (wait_ms > PAUSE_MAX_MS)
                wait_ms = PAUSE_MAX_MS;
        pause_for(fetch->pause, wait_ms);
        r = hold_waiting(fetch, contact, PROBLEM_RATE_LIMITED, clock_now_ms() + wait_ms);
        if (r < 0)
                log_error("outbox", r, "cannot store why a message waits");
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        BundleFetch *fetch = userdata;
        int64_t contact = fetch->contact;

        fetch->contact = 0;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_BUNDLES)
                on_bundles(fetch, contact, frame->bundles);
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                on_error(fetch, contact, frame->error);
        else
                put_aside(fetch, contact, 0, "the server's answer is no bundle");
        fetch->sealed(fetch->userdata); /* comes back to bundle_fetch_pump() too */
        return true;
}

/* ---- Asking ---- */

enum { FOUND = 1 };

static int choose(void *userdata, int64_t contact)
{
        BundleFetch *fetch = userdata;

        if (g_hash_table_contains(fetch->put_aside, &contact))
                return 0;
        fetch->contact = contact;
        return FOUND;
}

static int ask(BundleFetch *fetch)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__FetchBundles body = WIRE__FETCH_BUNDLES__INIT;
        Contact contact;
        int r;

        r = store_contact_get(fetch->store, fetch->contact, &contact);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        body.user_name = contact.name;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_FETCH_BUNDLES;
        frame.fetch_bundles = &body;
        return server_link_send(fetch->link, &frame, on_answer, fetch);
}

void bundle_fetch_pump(BundleFetch *fetch)
{
        int r;

        if (fetch->contact || pause_is_on(fetch->pause) || server_link_state(fetch->link) != LINK_ONLINE)
                return;
        r = store_outbox_each_waiting_contact(fetch->store, choose, fetch);
        if (r == 0)
                r = store_renewal_each(fetch->store, choose, fetch);
        if (r == FOUND)
                r = ask(fetch);
        if (r >= 0)
                return;
        fetch->contact = 0;
        if (r != -ENOTCONN) {
                log_error("outbox", r, "cannot ask for a bundle");
                pause_for(fetch->pause, PAUSE_TROUBLE_MS);
        }
}
