/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/inbox-verification.h"

#include <string.h>

#include "daemon/inbox-reject.h"
#include "daemon/verification.h"
#include "e2ee/wipe.h"

static int reject(const InboxContext *context)
{
        return inbox_reject(context->store, context->contact, PEER_MALFORMED);
}

/* ---- The contact starts one ---- */

static int take_offer(const InboxContext *context, const ContentVerification *step,
                      Verification *verification)
{
        *verification = (Verification){
                        .contact = context->contact->id,
                        .identity = *contact_shown_identity(context->contact),
        };
        memcpy(verification->exchange, step->exchange, sizeof(verification->exchange));
        memcpy(verification->commitment.bytes, step->data, sizeof(verification->commitment.bytes));
        return verification_set_state(context->store, context->contact, verification, VERIFICATION_OFFERED);
}

/*
 * Both have started one before either heard of the other's: the one with the lesser ID goes on. Whoever's
 * gives way takes part in the other at once, as a person there wants it already.
 */
static int take_crossing(const InboxContext *context, const ContentVerification *step,
                         Verification *verification)
{
        int r;

        if (memcmp(verification->exchange, step->exchange, sizeof(step->exchange)) < 0)
                return 0;
        r = verification_say(context->store, context->self, context->contact, verification,
                             CONTENT_VERIFICATION_CANCEL, NULL);
        if (r < 0)
                return r;
        r = take_offer(context, step, verification);
        if (r < 0)
                return r;
        return verification_accept(context->store, context->self, context->contact, verification);
}

static int take_commit(const InboxContext *context, const ContentVerification *step,
                       Verification *verification)
{
        int r;

        if (verification->state == VERIFICATION_STARTED)
                return take_crossing(context, step, verification);
        /* Whoever starts anew has done with what was under way, whatever has become of their saying so. */
        if (verification_is_active(verification)) {
                r = verification_set_state(context->store, context->contact, verification,
                                           VERIFICATION_CANCELLED);
                if (r < 0)
                        return r;
        }
        return take_offer(context, step, verification);
}

/* ---- One goes on ---- */

static int mismatch(const InboxContext *context, Verification *verification)
{
        int r;

        r = verification_say(context->store, context->self, context->contact, verification,
                             CONTENT_VERIFICATION_MISMATCH, NULL);
        return r < 0 ? r
                     : verification_set_state(context->store, context->contact, verification,
                                              VERIFICATION_MISMATCH);
}

/* Their key is there: are there emoji? A key that yields none is nobody's who wants to compare. */
static int compare(const InboxContext *context, Verification *verification)
{
        SasResult result = {0};
        E2EE_WIPE(result);
        int r;

        r = verification_finish(verification, context->self, context->contact, &result);
        if (r != 0)
                return r < 0 ? r : mismatch(context, verification);
        return verification_set_state(context->store, context->contact, verification,
                                      VERIFICATION_COMPARING);
}

static int take_accept(const InboxContext *context, const ContentVerification *step,
                       Verification *verification)
{
        int r;

        if (verification->state != VERIFICATION_STARTED)
                return reject(context);
        memcpy(verification->remote_key.bytes, step->data, sizeof(verification->remote_key.bytes));
        verification->has_remote_key = true;
        r = verification_say(context->store, context->self, context->contact, verification,
                             CONTENT_VERIFICATION_REVEAL, verification->local.public_key.bytes);
        return r < 0 ? r : compare(context, verification);
}

static int take_reveal(const InboxContext *context, const ContentVerification *step,
                       Verification *verification)
{
        SasExchange exchange;

        if (verification->state != VERIFICATION_ACCEPTED)
                return reject(context);
        memcpy(verification->remote_key.bytes, step->data, sizeof(verification->remote_key.bytes));
        verification->has_remote_key = true;
        exchange = verification_exchange(verification, context->self, context->contact);
        if (!sas_commitment_fits(&exchange, &verification->commitment, &verification->remote_key))
                return mismatch(context, verification);
        return compare(context, verification);
}

static int take_confirm(const InboxContext *context, const ContentVerification *step,
                        Verification *verification)
{
        const bool here = verification->state == VERIFICATION_CONFIRMED;
        SasResult result = {0};
        E2EE_WIPE(result);
        int r;

        if ((!here && verification->state != VERIFICATION_COMPARING) || verification->confirmed_there)
                return reject(context);
        r = verification_finish(verification, context->self, context->contact, &result);
        if (r != 0)
                return r < 0 ? r : reject(context);
        if (!sas_confirmation_fits(&result, step->data))
                return mismatch(context, verification);
        verification->confirmed_there = true;
        return verification_set_state(context->store, context->contact, verification,
                                      here ? VERIFICATION_VERIFIED : VERIFICATION_COMPARING);
}

/* Believed even after the end: it can only take trust away. Before anybody here has seen emoji it says no
 * more than a cancel. */
static int take_mismatch(const InboxContext *context, Verification *verification)
{
        switch (verification->state) {
        case VERIFICATION_COMPARING:
        case VERIFICATION_CONFIRMED:
        case VERIFICATION_VERIFIED:
                return verification_set_state(context->store, context->contact, verification,
                                              VERIFICATION_MISMATCH);
        case VERIFICATION_STARTED:
        case VERIFICATION_OFFERED:
        case VERIFICATION_ACCEPTED:
                return verification_set_state(context->store, context->contact, verification,
                                              VERIFICATION_CANCELLED);
        case VERIFICATION_NONE:
        case VERIFICATION_CANCELLED:
        case VERIFICATION_MISMATCH:
        case VERIFICATION_TIMED_OUT:
                break;
        }
        return 0;
}

static int take_cancel(const InboxContext *context, Verification *verification)
{
        if (!verification_is_active(verification))
                return 0;
        return verification_set_state(context->store, context->contact, verification,
                                      VERIFICATION_CANCELLED);
}

static int take_step(const InboxContext *context, const ContentVerification *step,
                     Verification *verification)
{
        switch (step->step) {
        case CONTENT_VERIFICATION_COMMIT:
                return 0; /* this very one is known already */
        case CONTENT_VERIFICATION_ACCEPT:
                return verification_is_active(verification) ? take_accept(context, step, verification) : 0;
        case CONTENT_VERIFICATION_REVEAL:
                return verification_is_active(verification) ? take_reveal(context, step, verification) : 0;
        case CONTENT_VERIFICATION_CONFIRM:
                return verification_is_active(verification) ? take_confirm(context, step, verification) : 0;
        case CONTENT_VERIFICATION_CANCEL:
                return take_cancel(context, verification);
        case CONTENT_VERIFICATION_MISMATCH:
                return take_mismatch(context, verification);
        }
        return 0;
}

int inbox_take_verification(const InboxContext *context, const Content *content)
{
        const ContentVerification *step = &content->verification;
        Verification verification = {0};
        E2EE_WIPE(verification);
        bool known;
        int r;

        /* Only a session with the identity that a person is shown can say anything about it. */
        if (context->ephemeral || !contact_shows_identity(context->contact, context->identity))
                return reject(context);
        r = store_verification_load(context->store, context->contact->id, &verification);
        if (r < 0)
                return r;
        known = verification.state != VERIFICATION_NONE &&
                memcmp(verification.exchange, step->exchange, sizeof(step->exchange)) == 0;
        if (known)
                return take_step(context, step, &verification);
        /* Steps of an exchange that is over here come as long as the contact has not heard of that. */
        return step->step == CONTENT_VERIFICATION_COMMIT ? take_commit(context, step, &verification) : 0;
}
