/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the corpora of the mls targets: `mls-seeds tests/fuzz/corpus`. To be run again when a format
 * changes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/fuzz/mls-party.h"

static const char *corpus;

static void save(const char *target, const char *name, int first, MlsSlice data)
{
        char path[4096];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", corpus, target);
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
                perror(path);
        snprintf(path, sizeof(path), "%s/%s/%s", corpus, target, name);
        file = fopen(path, "we");
        if (!file || (first >= 0 && fputc(first, file) == EOF) ||
            fwrite(data.data, 1, data.size, file) != data.size || fclose(file) != 0) {
                perror(path);
                exit(EXIT_FAILURE);
        }
}

/* What stands behind the header of a public message. */
static void save_insider(const char *name, MlsSlice encoded)
{
        MlsMessage message;
        MLS_WRITER(writer);

        party_expect(mls_decode_message(encoded, &message) == 0);
        save("mls-message", name, -1, encoded);
        if (message.wire_format != MLS_PUBLIC_MESSAGE)
                return;
        mls_write_content(&writer, &message.public_message.content);
        save("mls-insider", name, message.public_message.content.type, mls_written(&writer));
        if (message.public_message.content.type == MLS_PROPOSAL)
                save("mls-structure", name, 3, mls_written(&writer));
}

static void save_proposal(PartyMember *by, const char *name, const MlsProposal *proposal)
{
        MlsBuffer message;

        party_expect(mls_group_propose(by->group, proposal, NULL, MLS_PUBLIC_MESSAGE, NULL, &by->context,
                                       &message) == 0);
        save_insider(name, mls_slice_of(&message));
        mls_buffer_deinit(&message);
}

static void save_proposals(const Party *all, PartyMember *by)
{
        MlsProposal add = {.type = MLS_PROPOSAL_ADD};
        MLS_WRITER(extensions);

        party_expect(mls_decode_key_package(mls_slice_of(&all->members[PARTY_GUEST].package), &add.add) ==
                     0);
        mls_write_extension(&extensions, MLS_EXTENSION_REQUIRED_CAPABILITIES, mls_slice("\0\0\2\0\1", 5));
        save_proposal(by, "proposal-add", &add);
        save_proposal(by, "proposal-update", &(MlsProposal){.type = MLS_PROPOSAL_UPDATE});
        save_proposal(by, "proposal-remove", &(MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = 2});
        save_proposal(by, "proposal-psk",
                      &(MlsProposal){.type = MLS_PROPOSAL_PSK,
                                     .psk = {.type = MLS_PSK_EXTERNAL, .id = mls_string("id")}});
        save_proposal(by, "proposal-reinit",
                      &(MlsProposal){.type = MLS_PROPOSAL_REINIT,
                                     .reinit = {.group_id = mls_string("next"),
                                                .version = MLS_VERSION,
                                                .cipher_suite = MLS_CIPHER_SUITE}});
        save_proposal(by, "proposal-extensions",
                      &(MlsProposal){.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                     .extensions = mls_written(&extensions)});
        save("mls-structure", "extensions", 7, mls_written(&extensions));
}

static void save_commit(const Party *all, PartyMember *by, const char *name, const MlsCommitOptions *options)
{
        MlsCommitResult result;

        party_expect(mls_group_commit(by->group, options, NULL, &by->context, &result) == 0);
        save_insider(name, mls_slice_of(&result.commit));
        if (result.welcome.size > 0)
                save("mls-message", "welcome", -1, mls_slice_of(&result.welcome));
        mls_group_drop_commit(by->group);
        mls_commit_result_deinit(&result);
}

static void save_commits(const Party *all, PartyMember *by)
{
        MlsProposal proposals[2] = {{.type = MLS_PROPOSAL_ADD}, {.type = MLS_PROPOSAL_REMOVE, .removed = 2}};
        MlsCommitOptions options = {.wire_format = MLS_PUBLIC_MESSAGE};

        party_expect(mls_decode_key_package(mls_slice_of(&all->members[PARTY_GUEST].package),
                                            &proposals[0].add) == 0);
        save_commit(all, by, "commit-by-reference", &options);
        options.without_received = true;
        save_commit(all, by, "commit-empty", &options);
        options.proposals = proposals;
        options.proposal_count = 1;
        options.without_path = true;
        save_commit(all, by, "commit-add-without-path", &options);
        options.proposal_count = 2;
        save_commit(all, by, "commit-add-remove", &options);
        options.wire_format = MLS_PRIVATE_MESSAGE;
        save_commit(all, by, "private", &options);
}

static void expect_joins(const Party *all, MlsSlice parts)
{
        PartyMember guest = all->members[PARTY_GUEST];
        MlsBuffer welcome;
        MlsGroup *group;

        guest.context.userdata = &guest.random;
        party_expect(party_insider_welcome(all, parts, &welcome));
        party_expect(mls_group_join(mls_slice_of(&welcome), mls_slice_of(&guest.package), &guest.secrets,
                                    (MlsSlice){0}, NULL, NULL, &guest.context, &group) == 0);
        mls_group_free(group);
        mls_buffer_deinit(&welcome);
}

/* The parts of a real welcome of the group with the guest in it. */
static void save_welcome(const Party *all, PartyMember *by)
{
        MlsProposal add = {.type = MLS_PROPOSAL_ADD};
        MlsSecret joiner = {{7}};
        MlsEpochState *state;
        MlsCommitResult result;
        MlsGroupInfo info;
        MlsBuffer encoded;
        MLS_WRITER(secrets);
        MLS_WRITER(parts);

        party_expect(mls_decode_key_package(mls_slice_of(&all->members[PARTY_GUEST].package), &add.add) ==
                     0);
        party_expect(mls_group_commit(by->group,
                                      &(MlsCommitOptions){.proposals = &add,
                                                          .proposal_count = 1,
                                                          .without_received = true},
                                      NULL, &by->context, &result) == 0);
        party_expect(mls_group_keep_commit(by->group, NULL, NULL) == 0);
        mls_commit_result_deinit(&result);
        /* The same epoch, with a joiner secret that is known here. */
        state = &by->group->now;
        mls_epoch_secrets(&joiner, &(MlsSecret){{0}}, mls_slice_of(&state->context), &state->secrets);
        mls_confirmation_tag(&state->secrets.confirmation, mls_hash_slice(&state->confirmed),
                             &state->confirmation_tag);
        party_expect(mls_make_group_info(state, &by->group->tree, true, 0, &by->context, &encoded) == 0);
        party_expect(mls_decode_group_info(mls_slice_of(&encoded), &info) == 0);
        mls_write_group_secrets(&secrets, &(MlsGroupSecrets){.joiner_secret = mls_secret_slice(&joiner)});
        mls_write_u16(&parts, (unsigned)secrets.size);
        mls_write_slice(&parts, mls_written(&secrets));
        mls_write_slice(&parts, info.unsigned_part);
        expect_joins(all, mls_written(&parts));
        save("mls-welcome", "joins", -1, mls_written(&parts));
        save("mls-structure", "group-info", 4, mls_slice_of(&encoded));
        save("mls-structure", "group-secrets", 5, mls_written(&secrets));
        mls_buffer_deinit(&encoded);
}

static void save_trees(MlsGroup *group)
{
        MlsBuffer tree;

        party_expect(mls_group_ratchet_tree(group, &tree) == 0);
        save("mls-tree", "full", 0, mls_slice_of(&tree));
        mls_buffer_deinit(&tree);
        party_expect(mls_tree_remove(&group->tree, 1) == 0);
        party_expect(mls_group_ratchet_tree(group, &tree) == 0);
        save("mls-tree", "blanks", 2, mls_slice_of(&tree));
        mls_buffer_deinit(&tree);
}

static void save_states(const Party *all)
{
        MlsGroup *group = party_load(all);
        PartyMember first = all->members[0];
        MlsCommitResult result;
        MlsBuffer stored;

        first.context.userdata = &first.random;
        stored = party_store(group);
        save("mls-state", "proposal", -1, mls_slice_of(&stored));
        mls_buffer_deinit(&stored);
        party_expect(mls_group_commit(group, NULL, NULL, &first.context, &result) == 0);
        mls_commit_result_deinit(&result);
        stored = party_store(group);
        save("mls-state", "pending", -1, mls_slice_of(&stored));
        mls_buffer_deinit(&stored);
        party_expect(mls_group_keep_commit(group, NULL, NULL) == 0);
        stored = party_store(group);
        save("mls-state", "past", -1, mls_slice_of(&stored));
        mls_buffer_deinit(&stored);
        mls_group_free(group);
}

int main(int argc, char **argv)
{
        const Party *all;
        PartyMember insider, first;
        MlsKeyPackage package;

        if (argc != 2) {
                fprintf(stderr, "usage: mls-seeds FOLDER\n");
                return 2;
        }
        corpus = argv[1];
        all = party();
        insider = all->members[1];
        insider.context.userdata = &insider.random;
        first = all->members[0];
        first.context.userdata = &first.random;
        first.group = party_load(all);

        party_expect(mls_decode_key_package(mls_slice_of(&insider.package), &package) == 0);
        save("mls-structure", "key-package", 2, package.encoded);
        save("mls-structure", "leaf-node", 1, package.leaf_node.encoded);
        save_states(all);
        save_commits(all, &insider);
        save_proposals(all, &insider);
        save_welcome(all, &first);
        save_trees(first.group);
        mls_group_free(first.group);
        return EXIT_SUCCESS;
}
