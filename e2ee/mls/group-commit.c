/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commits by this member (RFC 9420 section 12.4). */
#include <errno.h>
#include <sodium.h>

#include "e2ee/mls/commit-create.h"
#include "e2ee/wipe.h"

void mls_commit_result_deinit(MlsCommitResult *result)
{
        mls_buffer_deinit(&result->commit);
        mls_buffer_deinit(&result->welcome);
}

int mls_proposal_prepare(const MlsProposal *proposal, const E2eeContext *context, MlsNonce *nonce,
                         MlsProposal *out)
{
        *out = *proposal;
        if (proposal->type == MLS_PROPOSAL_UPDATE || proposal->type == MLS_PROPOSAL_EXTERNAL_INIT)
                return MLS_INVALID_PROPOSAL;
        /* Section 7.3: who adds somebody looks at the time; who only follows does not. */
        if (proposal->type == MLS_PROPOSAL_ADD)
                return mls_check_lifetime(&proposal->add.leaf_node, context);
        if (proposal->type == MLS_PROPOSAL_PSK) {
                context->fill(context->userdata, nonce->bytes, sizeof(nonce->bytes));
                out->psk.nonce = mls_slice(nonce->bytes, sizeof(nonce->bytes));
        }
        return 0;
}

static void free_nonces(MlsNonce **nonces)
{
        free(*nonces);
}

/* The ProposalOrRef vector: what is handed in, and what has come. */
static int write_proposals(const MlsGroup *group, const MlsCommitOptions *options, const MlsPolicy *policy,
                           const E2eeContext *context, MlsBuffer *out)
{
        __attribute__((cleanup(mls_proposal_list_deinit))) MlsProposalList list = {0};
        MlsSender us = {.type = MLS_SENDER_MEMBER, .index = group->own_leaf};
        __attribute__((cleanup(free_nonces))) MlsNonce *nonces = NULL;
        MLS_WRITER(writer);
        ByteReader reader;
        MlsSlice content;
        int r;

        nonces = calloc(options->proposal_count + 1, sizeof(*nonces));
        if (!nonces)
                return -ENOMEM;
        for (size_t i = 0; i < options->proposal_count; i++) {
                MlsProposal prepared;

                r = mls_proposal_prepare(&options->proposals[i], context, &nonces[i], &prepared);
                if (r == 0)
                        r = mls_proposal_list_add(&list, &prepared, us, false);
                if (r != 0)
                        return r;
        }
        if (!options->without_received) {
                r = mls_proposal_list_add_cached(&list, group, policy);
                if (r != 0)
                        return r;
        }
        if (list.count > MLS_PROPOSALS_MAX)
                return MLS_TOO_LARGE;
        mls_proposal_list_write(&writer, &list, group);
        if (writer.error != 0)
                return writer.error;
        reader = mls_reader(mls_written(&writer));
        content = mls_read_vector(&reader);
        return mls_buffer_init(out, content);
}

static int make_commit(MlsCommitBuild *build, MlsGroup *group, const E2eeContext *context,
                       MlsCommitResult *out)
{
        __attribute__((cleanup(mls_transition_deinit))) MlsTransition draft = {0};
        MlsTransition *pending;
        int r;

        r = mls_commit_build(build, &draft);
        if (r == 0 && build->with_group_info)
                r = mls_welcome_build(build, &out->welcome);
        if (r != 0)
                return r;
        pending = calloc(1, sizeof(*pending));
        if (!pending)
                return -ENOMEM;
        /* From here on a key of the ratchet is used up; all that can fail has been done. */
        r = mls_group_protect(group, &build->content, context, &out->commit);
        if (r != 0) {
                free(pending);
                return r;
        }
        *pending = draft;
        sodium_memzero(&draft, sizeof(draft));

        const MlsSlice message = mls_slice_of(&out->commit);
        mls_hash(&message, 1, &pending->message);
        group->pending = pending;
        return 0;
}

static int commit(MlsGroup *group, const MlsCommitOptions *options, const MlsPolicy *policy,
                  const E2eeContext *context, MlsCommitResult *out)
{
        __attribute__((cleanup(mls_proposal_list_deinit))) MlsProposalList list = {0};
        __attribute__((cleanup(mls_commit_build_deinit))) MlsCommitBuild build = {0};
        __attribute__((cleanup(mls_leaf_template_deinit))) MlsLeafTemplate leaf = {0};
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer proposals = {0};
        const MlsLeaf *own = mls_tree_leaf(&group->tree, group->own_leaf);
        MlsCommit by_value = {0};
        int r;

        r = write_proposals(group, options, policy, context, &proposals);
        if (r == 0 && options->client)
                r = mls_leaf_template_init(&leaf, options->client, context);
        if (r != 0)
                return r;
        build.group = group;
        build.policy = policy;
        build.context = context;
        build.committer = (MlsSender){.type = MLS_SENDER_MEMBER, .index = group->own_leaf};
        build.proposals = mls_slice_of(&proposals);
        build.list = &list;
        build.fields = options->client ? &leaf.leaf : &own->node;
        build.leaf_key = options->client ? options->client->signing_key : &group->now.signing_key;
        build.old_key = &group->now.signing_key;
        build.wire_format = options->wire_format != 0 ? options->wire_format : MLS_PRIVATE_MESSAGE;
        build.authenticated_data = options->authenticated_data;
        build.init_secret = &group->now.secrets.init;
        build.with_tree = !options->without_tree;

        /* Read as everybody else reads them. */
        by_value.proposals = build.proposals;
        r = mls_proposal_list_collect(&list, group, &by_value, build.committer);
        if (r != 0)
                return r;
        build.with_path =
                        !options->without_path || options->client || mls_proposal_list_requires_path(&list);
        build.with_group_info = mls_proposal_list_find(&list, MLS_PROPOSAL_ADD) != NULL;
        return make_commit(&build, group, context, out);
}

int mls_group_commit(MlsGroup *group, const MlsCommitOptions *options, const MlsPolicy *policy,
                     const E2eeContext *context, MlsCommitResult *out)
{
        static const MlsCommitOptions defaults;
        int r;

        *out = (MlsCommitResult){0};
        if (!options)
                options = &defaults;
        if (group->status != MLS_GROUP_ACTIVE)
                return MLS_NOT_ACTIVE;
        if (group->pending)
                return MLS_COMMIT_PENDING;
        if (options->authenticated_data.size > MLS_AUTHENTICATED_DATA_MAX)
                return MLS_TOO_LARGE;
        r = commit(group, options, policy, context, out);
        if (r != 0)
                mls_commit_result_deinit(out);
        return r;
}
