/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Groups of 2 to 10,000 members: processor time of what one member does. `mls [SIZE...]`. Beside each
 * operation stands its limit: the HPKE and Ed25519 operations that the RFC asks for, counted in the very
 * message and measured in the same run.
 *
 * JSON goes to stdout, and a table to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench/mls.h"
#include "e2ee/sign.h"

enum { SIZES_MAX = 16, COMMITS = 30, MESSAGES = 300, TEXT_SIZE = 256, CREATED_MAX = 2000 };

/* Seconds of one operation each. */
static struct Primitives {
        double seal, open, derive, sign, verify;
} limit;

static void report(const char *what, unsigned size, double seconds, double least)
{
        printf("{\"figure\": \"%s at %u\", \"us\": %.2f}\n", what, size, 1e6 * seconds);
        if (least > 0)
                printf("{\"figure\": \"%s at %u limit\", \"us\": %.2f}\n", what, size, 1e6 * least);
        fprintf(stderr, "%-22s %6u %12.1f us", what, size, 1e6 * seconds);
        if (least > 0)
                fprintf(stderr, "   of its HPKE and signatures: %.2f", seconds / least);
        fprintf(stderr, "\n");
        fflush(stdout);
}

#define MEASURE(out, times, operation)                                         \
        do {                                                                   \
                double measure_begin = processor_seconds();                    \
                for (unsigned measure_i = 0; measure_i < (times); measure_i++) \
                        operation;                                             \
                (out) = (processor_seconds() - measure_begin) / (times);       \
        } while (0)

/* Whole HPKE operations on a path secret, and signatures on 300 bytes. */
static void measure_primitives(void)
{
        uint8_t text[300] = {0}, kem_output[HPKE_KEM_OUTPUT_SIZE], sealed[32 + HPKE_TAG_SIZE], out[32];
        SigningPublicKey public_key;
        SigningSecretKey secret_key;
        Signature signature;
        MlsSlice context = mls_slice(text, 150);
        HpkeInfo info;
        DhKeyPair pair;

        crypto_sign_keypair(public_key.bytes, secret_key.bytes);
        hpke_derive_key_pair(mls_slice(text, 32), &pair);
        hpke_info_init(&info, &context, 1);
        MEASURE(limit.seal, 2000,
                bench_expect(hpke_seal(&pair.public_key, &info, mls_slice(text, 32), &bench_context,
                                       kem_output, sealed) == 0,
                             "seal"));
        MEASURE(limit.open, 2000,
                bench_expect(hpke_open(&pair, kem_output, &info, mls_slice(sealed, sizeof(sealed)), out) ==
                                             0,
                             "open"));
        MEASURE(limit.derive, 2000, hpke_derive_key_pair(mls_slice(text, 32), &pair));
        MEASURE(limit.sign, 2000,
                crypto_sign_detached(signature.bytes, NULL, text, sizeof(text), secret_key.bytes));
        MEASURE(limit.verify, 2000,
                bench_expect(ed25519_verify(&public_key, text, sizeof(text), &signature), "verify"));
        fprintf(stderr, "HPKE seal %.1f us, open %.1f us, key pair %.1f us; sign %.1f us, verify %.1f us\n",
                1e6 * limit.seal, 1e6 * limit.open, 1e6 * limit.derive, 1e6 * limit.sign,
                1e6 * limit.verify);
}

/* One commit of a member, dropped again; the costs of its path. */
static double commit_once(MlsGroup *group, const MlsCommitOptions *options, CommitCosts *costs)
{
        double begin = processor_seconds(), taken;
        MlsCommitResult result;

        bench_expect(mls_group_commit(group, options, NULL, &bench_context, &result) == 0, "commit");
        taken = processor_seconds() - begin;
        *costs = commit_costs(mls_slice_of(&result.commit));
        mls_group_drop_commit(group);
        mls_commit_result_deinit(&result);
        return taken;
}

/* A path: its key pairs and seals, the leaf's key pair and signature, and the commit's signature. */
static double path_limit(CommitCosts costs)
{
        return costs.ciphertexts * limit.seal + (costs.path_nodes + 1) * limit.derive + 2 * limit.sign;
}

static void measure_commits(MlsGroup *group, unsigned size, const Client *stranger)
{
        MlsProposal add = client_add(stranger), remove = {.type = MLS_PROPOSAL_REMOVE, .removed = size / 2};
        MlsCommitOptions options = {
                        .proposals = &add, .proposal_count = 1, .wire_format = MLS_PUBLIC_MESSAGE};
        double add_small = 0, add_tree = 0, removal = 0, add_least, remove_least;
        CommitCosts costs;

        options.without_tree = true;
        for (unsigned i = 0; i < COMMITS; i++)
                add_small += commit_once(group, &options, &costs) / COMMITS;
        /* The key package's two signatures, the group info's, and the welcome. */
        add_least = path_limit(costs) + 2 * limit.verify + limit.sign + limit.seal;
        options.without_tree = false;
        for (unsigned i = 0; i < 3; i++)
                add_tree += commit_once(group, &options, &costs) / 3;
        report("add", size, add_small, add_least);
        report("add with tree", size, add_tree, 0);

        options.proposals = &remove;
        for (unsigned i = 0; i < COMMITS; i++)
                removal += commit_once(group, &options, &costs) / COMMITS;
        remove_least = path_limit(costs);
        report("remove", size, removal, remove_least);
}

/* One member renews its keys, the other follows. */
static void measure_updates(MlsGroup *by, MlsGroup *other, unsigned size, bool only_warm)
{
        MlsCommitOptions options = {.wire_format = MLS_PUBLIC_MESSAGE};
        double committing = 0, receiving = 0, begin;
        CommitCosts costs = {0};
        unsigned derived;

        for (unsigned i = 0; i < COMMITS; i++) {
                MlsCommitResult result;
                MlsReceived received;

                begin = processor_seconds();
                bench_expect(mls_group_commit(by, &options, NULL, &bench_context, &result) == 0, "commit");
                bench_expect(mls_group_keep_commit(by, NULL, NULL) == 0, "keep");
                committing += (processor_seconds() - begin) / COMMITS;
                costs = commit_costs(mls_slice_of(&result.commit));
                begin = processor_seconds();
                bench_expect(mls_group_receive(other, mls_slice_of(&result.commit), NULL, &bench_context,
                                               &received) == 0,
                             "receive");
                receiving += (processor_seconds() - begin) / COMMITS;
                mls_received_deinit(&received);
                mls_commit_result_deinit(&result);
        }
        if (only_warm)
                return;
        derived = tree_level(tree_root(by->tree.leaves)) + 1 -
                  tree_level(tree_common_ancestor(2 * by->own_leaf, 2 * other->own_leaf));
        report("update", size, committing, path_limit(costs));
        report("receive update", size, receiving, limit.open + derived * limit.derive + 2 * limit.verify);
}

static void measure_messages(MlsGroup *by, MlsGroup *other, unsigned size)
{
        static const uint8_t text[TEXT_SIZE];
        double sending = 0, reading = 0, begin;

        for (unsigned i = 0; i < MESSAGES; i++) {
                MlsReceived received;
                MlsBuffer message;

                begin = processor_seconds();
                bench_expect(mls_group_send(by, mls_slice(text, sizeof(text)), (MlsSlice){0}, &bench_context,
                                            &message) == 0,
                             "send");
                sending += (processor_seconds() - begin) / MESSAGES;
                begin = processor_seconds();
                bench_expect(mls_group_receive(other, mls_slice_of(&message), NULL, &bench_context,
                                               &received) == 0,
                             "receive");
                reading += (processor_seconds() - begin) / MESSAGES;
                mls_received_deinit(&received);
                mls_buffer_deinit(&message);
        }
        report("send", size, sending, limit.sign);
        report("receive", size, reading, limit.verify);
}

/* The last of the members joins as everybody does: the tree is validated from top to bottom. */
static MlsGroup *measure_join(MlsGroup *group, unsigned size, Client *joiner)
{
        MlsProposal add = client_add(joiner);
        MlsCommitResult result;
        MlsGroup *joined;
        double taken;

        bench_expect(mls_group_commit(group, &(MlsCommitOptions){.proposals = &add, .proposal_count = 1},
                                      NULL, &bench_context, &result) == 0,
                     "commit");
        bench_expect(mls_group_keep_commit(group, NULL, NULL) == 0, "keep");
        MEASURE(taken, 1,
                bench_expect(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&joiner->package),
                                            &joiner->secrets, (MlsSlice){0}, NULL, NULL, &bench_context,
                                            &joined) == 0,
                             "join"));
        report("join", size, taken, (size + 1) * limit.verify + limit.open);
        mls_commit_result_deinit(&result);
        return joined;
}

static void measure_create(unsigned size, Client *clients)
{
        MlsProposal *adds = calloc(size, sizeof(*adds));
        MlsCommitResult result;
        MlsGroup *group;
        double begin;

        bench_expect(adds != NULL, "calloc");
        for (unsigned i = 1; i < size; i++)
                adds[i - 1] = client_add(&clients[i]);
        begin = processor_seconds();
        bench_expect(mls_group_create(&clients[0].client, mls_string("new"), (MlsSlice){0}, NULL,
                                      &bench_context, &group) == 0,
                     "create");
        bench_expect(mls_group_commit(group,
                                      &(MlsCommitOptions){.proposals = adds, .proposal_count = size - 1},
                                      NULL, &bench_context, &result) == 0,
                     "commit");
        bench_expect(mls_group_keep_commit(group, NULL, NULL) == 0, "keep");
        report("create", size, processor_seconds() - begin,
               (size - 1) * (2 * limit.verify + limit.seal) + 5 * limit.sign);
        mls_commit_result_deinit(&result);
        mls_group_free(group);
        free(adds);
}

static void report_sizes(const MlsGroup *group, unsigned size)
{
        MlsBuffer tree, state;

        bench_expect(mls_group_encode_tree(group, &tree) == 0 && mls_group_encode_state(group, &state) == 0,
                     "encode");
        printf("{\"figure\": \"stored tree at %u\", \"bytes\": %zu}\n", size, tree.size);
        printf("{\"figure\": \"stored state at %u\", \"bytes\": %zu}\n", size, state.size);
        fprintf(stderr, "stored                 %6u tree %zu, state %zu bytes\n", size, tree.size,
                state.size);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
}

static void measure(unsigned size)
{
        Client *clients = calloc(size + 1, sizeof(*clients));
        MlsGroup *group, *joined;

        bench_expect(clients != NULL, "calloc");
        group = warm_group(clients, size - 1);
        client_init(&clients[size - 1], size - 1);
        client_init(&clients[size], size);
        measure_create(size, clients);
        joined = measure_join(group, size, &clients[size - 1]);
        mls_group_keep_epochs(group, 3);
        measure_updates(joined, group, size, true);
        measure_updates(group, joined, size, false);
        measure_messages(group, joined, size);
        measure_commits(group, size, &clients[size]);
        report_sizes(joined, size);
        mls_group_free(group);
        mls_group_free(joined);
        for (unsigned i = 0; i <= size; i++)
                client_deinit(&clients[i]);
        free(clients);
}

int main(int argc, char **argv)
{
        static const unsigned sizes[] = {2, 10, 100, 1000, 10000};

        if (sodium_init() < 0)
                return EXIT_FAILURE;
        measure_primitives();
        if (argc > 1) {
                for (int i = 1; i < argc; i++) {
                        unsigned long size = strtoul(argv[i], NULL, 10);

                        if (size < 2 || size >= MLS_LEAVES_MAX) {
                                fprintf(stderr, "usage: mls [SIZE...]: sizes of 2 to %d\n",
                                        MLS_LEAVES_MAX - 1);
                                return 2;
                        }
                        measure((unsigned)size);
                }
                return EXIT_SUCCESS;
        }
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
                measure(sizes[i]);
        return EXIT_SUCCESS;
}
