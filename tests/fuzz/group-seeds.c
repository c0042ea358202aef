/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the corpora of the group targets: `group-seeds tests/fuzz/corpus`. To be run again when a format
 * changes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "e2ee/mls/message.h"
#include "tests/fuzz/group-party.h"

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

static void save_state(const GroupSession *session, const char *name)
{
        MlsBuffer stored = group_party_store(session);

        save("group-state", name, -1, mls_slice_of(&stored));
        mls_buffer_deinit(&stored);
}

/* A session with a commit that waits, with one that lost, and with a wish to leave. */
static void save_states(GroupParty *all)
{
        GroupPartyMember *ann = &all->members[0], *ben = &all->members[1];
        GroupChange changes[] = {group_party_add(&all->members[GROUP_PARTY_GUEST]),
                                 {.kind = GROUP_RENAME, .name = "feast"},
                                 {.kind = GROUP_PROMOTE, .member = {.address = {.name = "cat"}}}};
        GroupChange renew = {.kind = GROUP_RENEW};
        GroupCommit commit, first;
        MlsBuffer message;
        GroupEvent event;

        save_state(ann->session, "quiet");
        group_party_expect(group_session_commit(ann->session, &ann->self, changes, 3, &ann->context,
                                                &commit) == 0);
        save_state(ann->session, "pending");
        save("group-structure", "wish", 5, mls_slice_of(&ann->session->wish));
        save("group-structure", "changes", 5, mls_slice_of(&ann->session->pending_changes));
        save("group-structure", "commit", 6, mls_slice_of(&commit.commit));
        group_party_expect(group_session_commit(ben->session, &ben->self, &renew, 1, &ben->context,
                                                &first) == 0);
        group_party_expect(group_session_receive(ann->session, mls_slice_of(&first.commit), &ann->context,
                                                 &event) == 0);
        group_event_deinit(&event);
        group_party_expect(group_session_accept(ben->session, &event) == 0);
        group_event_deinit(&event);
        save_state(ann->session, "lost");
        group_party_expect(group_session_leave(ben->session, &ben->context, &message) == 0);
        save_state(ben->session, "leaving");
        mls_buffer_deinit(&message);
        group_commit_deinit(&commit);
        group_commit_deinit(&first);
}

static void save_structures(const GroupParty *all)
{
        const GroupPartyMember *guest = &all->members[GROUP_PARTY_GUEST];
        MlsMessage message;

        group_party_expect(mls_decode_message(mls_slice_of(&guest->package.public_part), &message) == 0);
        save("group-structure", "settings", 1, mls_group_extensions(all->members[0].session->mls));
        save("group-structure", "leaf", 2, message.key_package.leaf_node.encoded);
        save("group-structure", "package", 3, mls_slice_of(&guest->package.public_part));
        save("group-structure", "package-secret", 4, mls_slice_of(&guest->package.secret_part));
}

/* What an ordinary member says: a proposal, or a commit without keys. The type, and the content. */
static void save_insider(const char *name, MlsContentType type, MlsSlice content)
{
        save("group-insider", name, type, content);
}

static void save_proposal(const char *name, const MlsProposal *proposal)
{
        MlsProposalOrRef by_value = {.proposal = *proposal};
        MLS_WRITER(alone);
        MLS_WRITER(list);
        MLS_WRITER(commit);
        char commit_name[64];

        mls_write_proposal(&alone, proposal);
        save_insider(name, MLS_PROPOSAL, mls_written(&alone));
        mls_write_proposal_or_ref(&list, &by_value);
        mls_write_vector(&commit, mls_written(&list));
        mls_write_u8(&commit, 0);
        snprintf(commit_name, sizeof(commit_name), "commit-%s", name);
        save_insider(commit_name, MLS_COMMIT, mls_written(&commit));
}

/* With a path, so that the rules are asked. */
static void save_commit(const GroupPartyMember *by, const char *name, const MlsProposal *proposal)
{
        MlsPolicy lax = {.extension_types = group_extension_types()};
        MlsCommitOptions options = {
                        .proposals = proposal, .proposal_count = 1, .wire_format = MLS_PUBLIC_MESSAGE};
        MlsCommitResult result;
        MlsMessage message;
        MLS_WRITER(content);

        group_party_expect(mls_group_commit(by->session->mls, &options, &lax, &by->context, &result) == 0);
        mls_group_drop_commit(by->session->mls);
        group_party_expect(mls_decode_message(mls_slice_of(&result.commit), &message) == 0);
        mls_write_content(&content, &message.public_message.content);
        save_insider(name, MLS_COMMIT, mls_written(&content));
        mls_commit_result_deinit(&result);
}

static void save_insiders(const GroupParty *all)
{
        MlsProposal add = {.type = MLS_PROPOSAL_ADD};
        GroupSettings settings = *group_session_settings(all->members[0].session);
        MlsMessage message;
        MLS_WRITER(extensions);

        group_party_expect(
                        mls_decode_message(
                                        mls_slice_of(&all->members[GROUP_PARTY_GUEST].package.public_part),
                                        &message) == 0);
        add.add = message.key_package;
        save_proposal("add", &add);
        save_proposal("remove", &(MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = 2});
        save_proposal("leave", &(MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = 1});
        save_commit(&all->members[1], "path-add", &add);
        save_commit(&all->members[1], "path-remove",
                    &(MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = 2});
        group_settings_promote(&settings, "ben");
        group_party_expect(group_settings_write(&settings, &extensions) == 0);
        save_proposal("promote", &(MlsProposal){.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                                .extensions = mls_written(&extensions)});
        save_commit(&all->members[1], "path-promote",
                    &(MlsProposal){.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                   .extensions = mls_written(&extensions)});
}

int main(int argc, char **argv)
{
        GroupParty *all;

        if (argc != 2) {
                fprintf(stderr, "usage: group-seeds FOLDER\n");
                return 2;
        }
        corpus = argv[1];
        all = group_party();
        save_structures(all);
        save_insiders(all);
        save_states(all);
        return EXIT_SUCCESS;
}
