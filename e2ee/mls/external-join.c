/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining by an external commit (RFC 9420 section 12.4.3.2). */
#include <errno.h>

#include "e2ee/mls/commit-create.h"
#include "e2ee/mls/group-join.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

/* The proposals of an external commit: by value, ExternalInit first. */
static int write_proposals(const MlsExternalJoin *join, const uint8_t *kem_output,
                           const E2eeContext *context, MlsWriter *out)
{
        MlsProposalOrRef item = {.proposal = {.type = MLS_PROPOSAL_EXTERNAL_INIT,
                                              .kem_output = mls_slice(kem_output, HPKE_KEM_OUTPUT_SIZE)}};
        MlsNonce nonce;
        int r;

        mls_write_proposal_or_ref(out, &item);
        if (join->replaced != UINT32_MAX) {
                item.proposal = (MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = join->replaced};
                mls_write_proposal_or_ref(out, &item);
        }
        for (size_t i = 0; i < join->psk_count; i++) {
                if (join->psks[i].type != MLS_PROPOSAL_PSK)
                        return MLS_INVALID_PROPOSAL;
                r = mls_proposal_prepare(&join->psks[i], context, &nonce, &item.proposal);
                if (r != 0)
                        return r;
                mls_write_proposal_or_ref(out, &item);
        }
        return out->error;
}

static int external_key(const MlsGroupInfo *info, DhPublicKey *out)
{
        ByteReader reader;
        MlsSlice data;

        if (!mls_find_extension(info->extensions, MLS_EXTENSION_EXTERNAL_PUB, &data))
                return MLS_NO_EXTERNAL_KEY;
        reader = mls_reader(data);
        mls_read_fixed_vector(&reader, out->bytes, sizeof(out->bytes));
        return reader_done(&reader) && mls_dh_key_is_usable(out) ? 0 : MLS_NO_EXTERNAL_KEY;
}

/* The group as it is before we are in it: without any of its secrets. */
static int view_group(const MlsExternalJoin *join, const MlsGroupInfo *info, const MlsPolicy *policy,
                      const E2eeContext *context, MlsGroup **out)
{
        int r;

        r = mls_group_new(info->context.group_id, out);
        if (r == 0)
                r = mls_join_tree(*out, info, join->tree, policy, context);
        if (r == 0)
                r = mls_join_signer(*out, info);
        if (r == 0)
                r = mls_join_context(*out, info, policy);
        if (r == 0)
                r = mls_epoch_state_finish(&(*out)->now, (*out)->tree.leaves);
        return r;
}

static int join_external(const MlsExternalJoin *join, const MlsGroupInfo *info, const MlsClient *client,
                         const MlsPolicy *policy, const E2eeContext *context, MlsGroup *group,
                         MlsBuffer *commit)
{
        __attribute__((cleanup(mls_proposal_list_deinit))) MlsProposalList list = {0};
        __attribute__((cleanup(mls_commit_build_deinit))) MlsCommitBuild build = {0};
        __attribute__((cleanup(mls_leaf_template_deinit))) MlsLeafTemplate leaf = {0};
        __attribute__((cleanup(mls_transition_deinit))) MlsTransition transition = {0};
        uint8_t kem_output[HPKE_KEM_OUTPUT_SIZE];
        MlsCommit by_value = {0};
        DhPublicKey external_pub;
        MlsSecret init_secret;
        MLS_WRITER(proposals);
        int r;
        E2EE_WIPE(init_secret);

        r = external_key(info, &external_pub);
        if (r == 0 &&
            hpke_send_export(&external_pub, MLS_LABEL_EXTERNAL_INIT, context, kem_output, &init_secret) != 0)
                r = MLS_NO_EXTERNAL_KEY;
        if (r == 0)
                r = write_proposals(join, kem_output, context, &proposals);
        if (r == 0)
                r = mls_leaf_template_init(&leaf, client, context);
        if (r != 0)
                return r;
        build.group = group;
        build.policy = policy;
        build.context = context;
        build.committer = (MlsSender){.type = MLS_SENDER_NEW_MEMBER_COMMIT};
        build.proposals = mls_written(&proposals);
        build.list = &list;
        build.with_path = true;
        build.fields = &leaf.leaf;
        build.leaf_key = build.old_key = client->signing_key;
        build.wire_format = MLS_PUBLIC_MESSAGE;
        build.authenticated_data = join->authenticated_data;
        build.init_secret = &init_secret;
        by_value.proposals = build.proposals;
        r = mls_proposal_list_collect(&list, group, &by_value, build.committer);
        if (r == 0)
                r = mls_commit_build(&build, &transition);
        if (r == 0)
                r = mls_protect_public(&build.content, mls_slice_of(&group->now.context), NULL, commit);
        if (r == 0)
                r = mls_transition_keep(group, &transition);
        if (r != 0)
                return r;
        /* We were not in the epoch before: nothing of it can be read, and its PSK is not ours. */
        mls_group_forget_past(group);
        return 0;
}

int mls_group_join_external(const MlsExternalJoin *join, const MlsClient *client, const MlsPolicy *policy,
                            const E2eeContext *context, MlsGroup **out, MlsBuffer *commit)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *group = NULL;
        MlsMessage message;
        int r;

        *out = NULL;
        *commit = (MlsBuffer){0};
        r = mls_decode_message(join->group_info, &message);
        if (r != 0)
                return r;
        if (message.wire_format != MLS_GROUP_INFO)
                return MLS_UNSUPPORTED;
        r = view_group(join, &message.group_info, policy, context, &group);
        if (r == 0)
                r = join_external(join, &message.group_info, client, policy, context, group, commit);
        if (r != 0) {
                mls_buffer_deinit(commit);
                return r;
        }
        *out = group;
        group = NULL;
        return 0;
}
