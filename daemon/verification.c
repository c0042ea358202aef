/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/verification.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/outbox.h"
#include "daemon/store-event.h"
#include "daemon/store-outbox.h"
#include "daemon/trust.h"
#include "e2ee/dh.h"
#include "e2ee/wipe.h"

/* ---- Steps ---- */

static int run_consequence(Store *store, Contact *contact, const Verification *verification)
{
        switch (verification->state) {
        case VERIFICATION_VERIFIED:
                return trust_verify(store, contact, VERIFIED_BY_EMOJI);
        case VERIFICATION_MISMATCH:
                return trust_mismatch(store, contact);
        case VERIFICATION_NONE:
        case VERIFICATION_STARTED:
        case VERIFICATION_OFFERED:
        case VERIFICATION_ACCEPTED:
        case VERIFICATION_COMPARING:
        case VERIFICATION_CONFIRMED:
        case VERIFICATION_CANCELLED:
        case VERIFICATION_TIMED_OUT:
                break;
        }
        return 0;
}

int verification_set_state(Store *store, Contact *contact, Verification *verification,
                           VerificationState state)
{
        int r;

        log_info("verification", "with contact %" G_GINT64_FORMAT ": %s -> %s", contact->id,
                 verification_state_name(verification->state), verification_state_name(state));
        verification->state = state;
        verification->last_step_ms = clock_now_ms();
        if (!verification_is_active(verification)) {
                sodium_memzero(&verification->local, sizeof(verification->local));
                verification->has_secret = false;
        }
        r = store_verification_save(store, verification);
        if (r < 0)
                return r;
        r = run_consequence(store, contact, verification);
        return r < 0 ? r : store_event_add(store, EVENT_VERIFICATION_CHANGED, contact->id, 0);
}

int verification_say(Store *store, const PeerSelf *self, const Contact *contact,
                     const Verification *verification, ContentVerificationStep step, const uint8_t *data)
{
        Content content = {
                        .kind = CONTENT_VERIFICATION,
                        .sent_ms = clock_now_ms(),
                        .verification.step = step,
        };

        message_id_new(&content.message_id);
        memcpy(content.verification.exchange, verification->exchange, sizeof(verification->exchange));
        if (data)
                memcpy(content.verification.data, data, sizeof(content.verification.data));
        return outbox_queue_content(store, self, contact, &content);
}

SasExchange verification_exchange(const Verification *verification, const PeerSelf *self,
                                  const Contact *contact)
{
        const SasParty here = {self->address.name, &self->identity->public_identity};
        const SasParty there = {contact->name, &verification->identity};
        SasExchange exchange = {
                        .starter = verification->started_here ? here : there,
                        .other = verification->started_here ? there : here,
        };

        memcpy(exchange.id, verification->exchange, sizeof(exchange.id));
        return exchange;
}

int verification_finish(const Verification *verification, const PeerSelf *self, const Contact *contact,
                        SasResult *out)
{
        const SasExchange exchange = verification_exchange(verification, self, contact);

        return sas_finish(&exchange, verification->started_here, &verification->local,
                          &verification->remote_key, out);
}

static void make_key(Verification *verification)
{
        const E2eeContext context = clock_e2ee_context();

        dh_generate(&verification->local, &context);
        verification->has_secret = true;
}

int verification_accept(Store *store, const PeerSelf *self, Contact *contact, Verification *verification)
{
        int r;

        make_key(verification);
        r = verification_say(store, self, contact, verification, CONTENT_VERIFICATION_ACCEPT,
                             verification->local.public_key.bytes);
        return r < 0 ? r : verification_set_state(store, contact, verification, VERIFICATION_ACCEPTED);
}

/* ---- What a person does ---- */

static int start(Store *store, const PeerSelf *self, Contact *contact, Verification *verification)
{
        const PublicIdentity *identity = contact_shown_identity(contact);
        SasCommitment commitment;
        SasExchange exchange;
        int r;

        if (contact->blocked)
                return PROBLEM_BLOCKED;
        if (!identity || !contact_is_accepted(contact))
                return PROBLEM_NO_VERIFICATION;
        if (verification->state == VERIFICATION_OFFERED) /* they were first: both want it */
                return verification_accept(store, self, contact, verification);
        if (verification_is_active(verification))
                return 0;
        *verification = (Verification){.contact = contact->id, .started_here = true, .identity = *identity};
        randombytes_buf(verification->exchange, sizeof(verification->exchange));
        make_key(verification);
        exchange = verification_exchange(verification, self, contact);
        sas_commit(&exchange, &verification->local.public_key, &commitment);
        r = verification_say(store, self, contact, verification, CONTENT_VERIFICATION_COMMIT,
                             commitment.bytes);
        return r < 0 ? r : verification_set_state(store, contact, verification, VERIFICATION_STARTED);
}

static int find(Store *store, const char *name, Contact *contact_out, Verification *out)
{
        int r;

        r = store_contact_find(store, name, contact_out);
        if (r != 0)
                return r < 0 ? r : PROBLEM_NOT_FOUND;
        return store_verification_load(store, contact_out->id, out);
}

int verification_start(Store *store, const PeerSelf *self, const char *name,
                       uint8_t exchange_out[static CONTENT_EXCHANGE_SIZE])
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Verification verification = {0};
        Contact contact;
        E2EE_WIPE(verification);
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = find(store, name, &contact, &verification);
        if (r == 0)
                r = start(store, self, &contact, &verification);
        if (r != 0)
                return r;
        memcpy(exchange_out, verification.exchange, sizeof(verification.exchange));
        return store_commit(&transaction);
}

static int confirm(Store *store, const PeerSelf *self, Contact *contact, Verification *verification)
{
        SasResult result = {0};
        E2EE_WIPE(result);
        int r;

        if (verification->state == VERIFICATION_CONFIRMED || verification->state == VERIFICATION_VERIFIED)
                return 0;
        if (verification->state != VERIFICATION_COMPARING)
                return PROBLEM_NO_VERIFICATION;
        r = verification_finish(verification, self, contact, &result);
        if (r != 0)
                return r < 0 ? r : PROBLEM_FAILED;
        r = verification_say(store, self, contact, verification, CONTENT_VERIFICATION_CONFIRM,
                             result.local_confirmation);
        if (r < 0)
                return r;
        return verification_set_state(store, contact, verification,
                                      verification->confirmed_there ? VERIFICATION_VERIFIED
                                                                    : VERIFICATION_CONFIRMED);
}

static int end(Store *store, const PeerSelf *self, Contact *contact, Verification *verification,
               ContentVerificationStep step, VerificationState state)
{
        int r;

        r = verification_say(store, self, contact, verification, step, NULL);
        return r < 0 ? r : verification_set_state(store, contact, verification, state);
}

static int differ(Store *store, const PeerSelf *self, Contact *contact, Verification *verification)
{
        if (verification->state == VERIFICATION_MISMATCH)
                return 0;
        if (verification->state != VERIFICATION_COMPARING && verification->state != VERIFICATION_CONFIRMED)
                return PROBLEM_NO_VERIFICATION;
        return end(store, self, contact, verification, CONTENT_VERIFICATION_MISMATCH, VERIFICATION_MISMATCH);
}

static int cancel(Store *store, const PeerSelf *self, Contact *contact, Verification *verification)
{
        if (verification->state == VERIFICATION_CANCELLED)
                return 0;
        if (!verification_is_active(verification))
                return PROBLEM_NO_VERIFICATION;
        return end(store, self, contact, verification, CONTENT_VERIFICATION_CANCEL, VERIFICATION_CANCELLED);
}

static int accept(Store *store, const PeerSelf *self, Contact *contact, Verification *verification)
{
        if (verification->state == VERIFICATION_OFFERED)
                return verification_accept(store, self, contact, verification);
        return verification_is_active(verification) ? 0 : PROBLEM_NO_VERIFICATION;
}

int verification_act(Store *store, const PeerSelf *self, const char *name,
                     const uint8_t exchange[static CONTENT_EXCHANGE_SIZE], VerificationAct act)
{
        static int (*const acts[])(Store *, const PeerSelf *, Contact *, Verification *) = {
                        [VERIFICATION_ACCEPT] = accept,
                        [VERIFICATION_CONFIRM] = confirm,
                        [VERIFICATION_DIFFER] = differ,
                        [VERIFICATION_CANCEL] = cancel,
        };
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Verification verification = {0};
        Contact contact;
        E2EE_WIPE(verification);
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = find(store, name, &contact, &verification);
        if (r != 0)
                return r;
        if (verification.state == VERIFICATION_NONE ||
            memcmp(verification.exchange, exchange, sizeof(verification.exchange)) != 0)
                return PROBLEM_NO_VERIFICATION;
        r = acts[act](store, self, &contact, &verification);
        return r != 0 ? r : store_commit(&transaction);
}

/* ---- What time and keys do ---- */

int verification_key_changed(Store *store, Contact *contact)
{
        Verification verification = {0};
        E2EE_WIPE(verification);
        int r;

        r = store_verification_load(store, contact->id, &verification);
        if (r < 0 || (!verification_is_active(&verification) && verification.state != VERIFICATION_VERIFIED))
                return r;
        r = store_outbox_delete_ahead(store, contact->id);
        return r < 0 ? r : verification_set_state(store, contact, &verification, VERIFICATION_CANCELLED);
}

typedef struct Expiry {
        GArray *over; /* contacts */
        uint64_t now, next_ms;
} Expiry;

static int look(void *userdata, int64_t contact, uint64_t last_step_ms)
{
        Expiry *expiry = userdata;
        /* A clock that was set back makes nothing last longer than it would have from now on. */
        uint64_t age = expiry->now > last_step_ms ? expiry->now - last_step_ms : 0;

        if (age >= VERIFICATION_STEP_MS || last_step_ms > expiry->now + VERIFICATION_STEP_MS)
                g_array_append_val(expiry->over, contact);
        else if (expiry->next_ms == 0 || VERIFICATION_STEP_MS - age < expiry->next_ms)
                expiry->next_ms = VERIFICATION_STEP_MS - age;
        return 0;
}

static int time_out(Store *store, const PeerSelf *self, int64_t id)
{
        Verification verification = {0};
        Contact contact;
        E2EE_WIPE(verification);
        int r;

        r = store_contact_get(store, id, &contact);
        if (r == 0)
                r = store_verification_load(store, id, &verification);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        return end(store, self, &contact, &verification, CONTENT_VERIFICATION_CANCEL,
                   VERIFICATION_TIMED_OUT);
}

int verification_expire(Store *store, const PeerSelf *self, uint64_t *next_ms_out)
{
        g_autoptr(GArray) over = g_array_new(FALSE, FALSE, sizeof(int64_t));
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        Expiry expiry = {.over = over, .now = clock_now_ms()};
        int r;

        r = store_verification_each_active(store, look, &expiry);
        *next_ms_out = expiry.next_ms;
        if (r < 0 || over->len == 0)
                return r;
        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        for (unsigned i = 0; i < over->len; i++) {
                r = time_out(store, self, g_array_index(over, int64_t, i));
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}
