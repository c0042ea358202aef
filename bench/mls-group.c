/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sodium.h>

#include "bench/mls.h"
#include "e2ee/mls/message.h"

void bench_expect(bool holds, const char *what)
{
        if (holds)
                return;
        fprintf(stderr, "mls: %s failed\n", what);
        abort();
}

/* Processor time, so that what else runs on the machine counts little. */
double processor_seconds(void)
{
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

const E2eeContext bench_context = {.fill = fill, .now_ms = UINT64_C(1750000000000)};

void client_init(Client *client, unsigned number)
{
        SigningPublicKey public_key;

        *client = (Client){0};
        snprintf(client->name, sizeof(client->name), "member %u", number);
        crypto_sign_keypair(public_key.bytes, client->signing_key.bytes);
        client->client = (MlsClient){
                        .signing_key = &client->signing_key,
                        .credential = {.type = MLS_CREDENTIAL_BASIC, .content = mls_string(client->name)},
                        .lifetime_s = 1000000,
        };
        bench_expect(mls_key_package_generate(&client->client, &bench_context, &client->secrets,
                                              &client->package) == 0,
                     "key package");
}

void client_deinit(Client *client)
{
        mls_buffer_deinit(&client->package);
}

MlsProposal client_add(const Client *client)
{
        MlsProposal proposal = {.type = MLS_PROPOSAL_ADD};

        bench_expect(mls_decode_key_package(mls_slice_of(&client->package), &proposal.add) == 0, "add");
        return proposal;
}

/*
 * The group as the member sees it that was just added: the same, with other private keys. Those of the nodes
 * above both are in the welcome, so this is what joining gives, without validating the whole tree each time.
 */
static void become(MlsGroup *group, uint32_t leaf, const Client *client)
{
        group->own_leaf = leaf;
        group->now.signing_key = client->signing_key;
        group->now.keys.has[0] = true;
        group->now.keys.keys[0] = client->secrets.encryption;
        mls_own_keys_prune(&group->tree, leaf, &group->now.keys);
}

MlsGroup *warm_group(Client *clients, unsigned size)
{
        MlsCommitOptions options = {.proposal_count = 1, .without_tree = true};
        MlsCommitResult result;
        MlsProposal add;
        MlsGroup *group;

        client_init(&clients[0], 0);
        bench_expect(mls_group_create(&clients[0].client, mls_string("bench"), (MlsSlice){0}, NULL,
                                      &bench_context, &group) == 0,
                     "create");
        mls_group_keep_epochs(group, 0);
        for (unsigned i = 1; i < size; i++) {
                client_init(&clients[i], i);
                add = client_add(&clients[i]);
                options.proposals = &add;
                bench_expect(mls_group_commit(group, &options, NULL, &bench_context, &result) == 0,
                             "commit");
                bench_expect(mls_group_keep_commit(group, NULL, NULL) == 0, "keep");
                mls_commit_result_deinit(&result);
                become(group, i, &clients[i]);
        }
        return group;
}

CommitCosts commit_costs(MlsSlice encoded)
{
        CommitCosts costs = {0};
        MlsUpdatePathNode node;
        const MlsCommit *commit;
        ByteReader reader;
        MlsMessage message;

        bench_expect(mls_decode_message(encoded, &message) == 0 && message.wire_format == MLS_PUBLIC_MESSAGE,
                     "decode");
        commit = &message.public_message.content.commit;
        reader = mls_reader(commit->path.nodes);
        for (size_t i = 0; i < commit->path.node_count; i++) {
                mls_read_update_path_node(&reader, &node);
                costs.ciphertexts += (unsigned)node.ciphertext_count;
        }
        costs.path_nodes = (unsigned)commit->path.node_count;
        return costs;
}
