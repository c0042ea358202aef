/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/session-private.h"

/*
 * Tries of passwords. Each is charged before it is looked at, so that many at once get no further than one after
 * another; a right one does not count in the end.
 *
 * From one address for one account: with growing pauses. From an address where this account has not been seen: with
 * pauses and limits for the address, whatever the account, and for the account, from wherever. The last would let strangers
 * lock somebody out; so it does not count where the account has been itself before.
 */
enum { ADDRESS_FREE = 20, PAIR_FREE = 3 };

void tries_init(Tries *tries, const Config *config)
{
        limiter_init(&tries->address, config->wrong_passwords_address);
        limiter_init(&tries->account, config->wrong_passwords_account);
        pauses_init(&tries->address_pauses, ADDRESS_FREE, config->wrong_password_pause_ms);
        pauses_init(&tries->pair_pauses, PAIR_FREE, config->wrong_password_pause_ms);
        familiar_init(&tries->familiar);
}

void tries_deinit(Tries *tries)
{
        limiter_deinit(&tries->address);
        limiter_deinit(&tries->account);
        pauses_deinit(&tries->address_pauses);
        pauses_deinit(&tries->pair_pauses);
        familiar_deinit(&tries->familiar);
}

/* Both are hashes that nobody outside knows. */
static uint64_t pair_key(uint64_t name_key, uint64_t address)
{
        return name_key * 31 + address;
}

void session_is_familiar_here(Session *session)
{
        familiar_add(&session->host->server->tries.familiar, pair_key(session->name_key, session->address),
                     session->host->now_us);
}

static uint32_t charge_stranger(Tries *tries, Try *try, uint64_t now_us)
{
        uint32_t wait_ms;

        wait_ms = pauses_take(&tries->address_pauses, try->address, now_us);
        if (wait_ms > 0)
                return wait_ms;
        wait_ms = limiter_take(&tries->address, try->address, 1, now_us);
        if (wait_ms > 0) {
                pauses_give_back(&tries->address_pauses, try->address);
                return wait_ms;
        }
        wait_ms = limiter_take(&tries->account, try->account, 1, now_us);
        if (wait_ms > 0) {
                pauses_give_back(&tries->address_pauses, try->address);
                limiter_give_back(&tries->address, try->address, 1, now_us);
        }
        return wait_ms;
}

uint32_t session_charge_try(Session *session, const char *name, Try *try)
{
        SessionHost *host = session->host;
        Tries *tries = &host->server->tries;
        uint32_t wait_ms;

        try->account = server_name_key(host->server, name);
        try->address = session->address;
        try->pair = pair_key(try->account, try->address);
        try->stranger = !familiar_has(&tries->familiar, try->pair, host->now_us);
        wait_ms = pauses_take(&tries->pair_pauses, try->pair, host->now_us);
        if (wait_ms == 0 && try->stranger) {
                wait_ms = charge_stranger(tries, try, host->now_us);
                if (wait_ms > 0)
                        pauses_give_back(&tries->pair_pauses, try->pair);
        }
        if (wait_ms > 0)
                metrics_add(host->metrics, METRIC_RATE_LIMITED, 1);
        return wait_ms;
}

void session_settle_try(Session *session, const Try *try, TryResult result)
{
        SessionHost *host = session->host;
        Tries *tries = &host->server->tries;

        switch (result) {
        case TRY_WRONG:
                metrics_add(host->metrics, METRIC_WRONG_PASSWORDS, 1);
                return;
        case TRY_RIGHT:
                pauses_clear(&tries->pair_pauses, try->pair);
                break;
        case TRY_NOT_LOOKED_AT:
                pauses_give_back(&tries->pair_pauses, try->pair);
                break;
        }
        if (!try->stranger)
                return;
        pauses_give_back(&tries->address_pauses, try->address);
        limiter_give_back(&tries->address, try->address, 1, host->now_us);
        limiter_give_back(&tries->account, try->account, 1, host->now_us);
}
