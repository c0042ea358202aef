/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/identity.h"

/*
 * Comparing emoji: two people see the same seven if nobody stands between them (docs/protocol-e2ee.md,
 * "Comparing emoji"). The starter commits to a key before the other one shows theirs, and reveals it after:
 * so neither they nor anybody between them can look for keys that happen to give some emoji. Whoever guesses
 * has one try in 2^42, which two people see.
 *
 * Nothing is signed: whoever has one side's ephemeral secret could have made both sides' messages.
 */
enum {
        SAS_EXCHANGE_SIZE = 16,
        SAS_COMMITMENT_SIZE = 32,
        SAS_CONFIRMATION_SIZE = 32,
        SAS_EMOJI_COUNT = 7,
        SAS_EMOJI_KINDS = 64,
};

typedef struct SasParty {
        const char *name; /* user name, at most ADDRESS_NAME_MAX bytes */
        const PublicIdentity *identity;
} SasParty;

/* What both sides agree on before, each from its own view. The ID is random, the starter's choice. */
typedef struct SasExchange {
        uint8_t id[SAS_EXCHANGE_SIZE];
        SasParty starter, other;
} SasExchange;

typedef struct SasCommitment {
        uint8_t bytes[SAS_COMMITMENT_SIZE];
} SasCommitment;

/* The starter's, to a fresh key. */
void sas_commit(const SasExchange *exchange, const DhPublicKey *starter_key, SasCommitment *out);
/* At the other side: is that the key? Compare before anything else is done with it. */
bool sas_commitment_fits(const SasExchange *exchange, const SasCommitment *commitment,
                         const DhPublicKey *starter_key);

typedef struct SasResult {                                  /* secret, but for what a person reads out */
        uint8_t emoji[SAS_EMOJI_COUNT];                     /* numbers of the table, below SAS_EMOJI_KINDS */
        uint8_t local_confirmation[SAS_CONFIRMATION_SIZE];  /* to send once the person here sees them fit */
        uint8_t remote_confirmation[SAS_CONFIRMATION_SIZE]; /* what the other side's must be */
} SasResult;

enum {
        SAS_BAD_KEY = 1, /* the remote key is of small order, or is our own come back */
};

/* 0, SAS_BAD_KEY or a negative errno. started_here: the local key pair is the starter's. */
int sas_finish(const SasExchange *exchange, bool started_here, const DhKeyPair *local,
               const DhPublicKey *remote, SasResult *out);
/* In constant time. */
bool sas_confirmation_fits(const SasResult *result,
                           const uint8_t confirmation[static SAS_CONFIRMATION_SIZE]);
