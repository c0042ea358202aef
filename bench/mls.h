/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-state.h"

/* Members and groups of any size for the MLS benchmark. Everything aborts where something fails. */
typedef struct Client {
        SigningSecretKey signing_key;
        MlsClient client;
        MlsKeyPackageSecrets secrets;
        MlsBuffer package;
        char name[16];
} Client;

extern const E2eeContext bench_context;
void bench_expect(bool holds, const char *what);
double processor_seconds(void);

void client_init(Client *client, unsigned number);
void client_deinit(Client *client);
MlsProposal client_add(const Client *client);

/*
 * A group of so many members in which each has committed once, so that no node of its tree is blank below a
 * member: as a group is after a while. It is seen by its last member, and clients are all members.
 */
MlsGroup *warm_group(Client *clients, unsigned size);

/* What the operations of a commit cost at least: counted in a public message. */
typedef struct CommitCosts {
        unsigned path_nodes;  /* key pairs derived */
        unsigned ciphertexts; /* HPKE seals */
} CommitCosts;
CommitCosts commit_costs(MlsSlice commit);
