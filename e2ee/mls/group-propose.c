/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposals that go out by themselves (RFC 9420 section 12.1). */
#include <sodium.h>

#include "e2ee/dh.h"
#include "e2ee/mls/group-policy.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

/* A leaf of ours with a new key, which we keep until somebody commits it. */
static int make_update(MlsGroup *group, const MlsClient *client, const E2eeContext *context,
                       MlsOwnUpdate *update, MlsBuffer *out)
{
        __attribute__((cleanup(mls_leaf_template_deinit))) MlsLeafTemplate template = {0};
        MlsLeafNode leaf = mls_tree_leaf(&group->tree, group->own_leaf)->node;
        int r;

        if (group->update_count == MLS_PENDING_UPDATES_MAX)
                return MLS_TOO_LARGE;
        if (client) {
                r = mls_leaf_template_init(&template, client, context);
                if (r != 0)
                        return r;
                leaf = template.leaf;
        }
        update->signing_key = client ? *client->signing_key : group->now.signing_key;
        dh_generate(&update->pair, context);
        leaf.encryption_key =
                        mls_slice(update->pair.public_key.bytes, sizeof(update->pair.public_key.bytes));
        leaf.source = MLS_LEAF_OF_UPDATE;
        leaf.parent_hash = (MlsSlice){0};
        return mls_sign_leaf_node(&leaf, &update->signing_key, mls_slice_of(&group->id), group->own_leaf,
                                  out);
}

/* Checked as everybody else will, so that nothing goes out that nobody could commit. */
static int check(const MlsGroup *group, const MlsPolicy *policy, const MlsProposal *proposal)
{
        MlsSender us = {.type = MLS_SENDER_MEMBER, .index = group->own_leaf};
        MlsProposal decoded;
        MLS_WRITER(encoded);
        int r;

        mls_write_proposal(&encoded, proposal);
        if (encoded.error != 0)
                return encoded.error;
        r = mls_decode_proposal(mls_written(&encoded), &decoded);
        if (r == 0)
                r = mls_check_proposal(group, policy, &decoded, us);
        if (r == 0 && policy && policy->check_proposal)
                r = mls_refuse(policy->check_proposal(policy->userdata, group, &decoded, us), MLS_FORBIDDEN);
        return r;
}

static int seal_and_cache(MlsGroup *group, const MlsProposal *proposal, MlsWireFormat wire_format,
                          const E2eeContext *context, MlsBuffer *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer content = {0};
        MlsAuthenticatedContent decoded;
        int r;

        r = mls_group_seal(group, &(MlsFramedContent){.type = MLS_PROPOSAL, .proposal = *proposal},
                           wire_format != 0 ? wire_format : MLS_PRIVATE_MESSAGE, context, &content, out);
        if (r == 0)
                r = mls_decode_authenticated_content(mls_slice_of(&content), &decoded);
        if (r == 0)
                r = mls_group_cache_proposal(group, &decoded);
        if (r != 0)
                mls_buffer_deinit(out);
        return r;
}

int mls_group_propose(MlsGroup *group, const MlsProposal *proposal, const MlsClient *client,
                      MlsWireFormat wire_format, const MlsPolicy *policy, const E2eeContext *context,
                      MlsBuffer *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer leaf = {0};
        MlsProposal prepared = *proposal;
        MlsOwnUpdate update = {0};
        MlsNonce nonce;
        int r;
        E2EE_WIPE(update);

        *out = (MlsBuffer){0};
        if (group->status != MLS_GROUP_ACTIVE)
                return MLS_NOT_ACTIVE;
        if (proposal->type == MLS_PROPOSAL_UPDATE) {
                r = make_update(group, client, context, &update, &leaf);
                if (r == 0)
                        r = mls_decode_leaf_node(mls_slice_of(&leaf), &prepared.update);
        } else {
                r = mls_proposal_prepare(proposal, context, &nonce, &prepared);
        }
        if (r == 0)
                r = check(group, policy, &prepared);
        if (r == 0)
                r = seal_and_cache(group, &prepared, wire_format, context, out);
        if (r == 0 && proposal->type == MLS_PROPOSAL_UPDATE)
                group->updates[group->update_count++] = update;
        return r;
}

int mls_propose_from_outside(MlsSlice group_info, uint32_t sender, const MlsProposal *proposal,
                             const SigningSecretKey *key, MlsBuffer *out)
{
        MlsAuthenticatedContent content = {.wire_format = MLS_PUBLIC_MESSAGE};
        MlsMessage message;
        Signature signature;
        MLS_WRITER(framed);
        int r;

        *out = (MlsBuffer){0};
        r = mls_decode_message(group_info, &message);
        if (r != 0)
                return r;
        if (message.wire_format != MLS_GROUP_INFO ||
            (sender == UINT32_MAX && proposal->type != MLS_PROPOSAL_ADD) ||
            !mls_proposal_may_be_external(proposal->type))
                return MLS_INVALID_PROPOSAL;
        content.content = (MlsFramedContent){
                        .group_id = message.group_info.context.group_id,
                        .epoch = message.group_info.context.epoch,
                        .sender = {.type = sender == UINT32_MAX ? MLS_SENDER_NEW_MEMBER_PROPOSAL
                                                                : MLS_SENDER_EXTERNAL,
                                   .index = sender == UINT32_MAX ? 0 : sender},
                        .type = MLS_PROPOSAL,
                        .proposal = *proposal,
        };
        mls_write_framed_content(&framed, &content.content);
        if (framed.error != 0)
                return framed.error;
        content.content.encoded = mls_written(&framed);
        r = mls_sign_content(&content.content, MLS_PUBLIC_MESSAGE, (MlsSlice){0}, key, &signature);
        if (r != 0)
                return r;
        content.auth.signature = mls_slice(signature.bytes, sizeof(signature.bytes));
        return mls_protect_public(&content, (MlsSlice){0}, NULL, out);
}
