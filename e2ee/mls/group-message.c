/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending application data and receiving anything (RFC 9420 section 6). */
#include <errno.h>
#include <sodium.h>

#include "e2ee/mls/commit-process.h"
#include "e2ee/mls/group-policy.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

int mls_group_send(MlsGroup *group, MlsSlice data, MlsSlice authenticated_data, const E2eeContext *context,
                   MlsBuffer *out)
{
        *out = (MlsBuffer){0};
        if (group->status != MLS_GROUP_ACTIVE)
                return MLS_NOT_ACTIVE;
        if (group->proposal_count > 0)
                return MLS_COMMIT_FIRST;
        if (data.size > MLS_APPLICATION_DATA_MAX)
                return MLS_TOO_LARGE;
        return mls_group_seal(group,
                              &(MlsFramedContent){.authenticated_data = authenticated_data,
                                                  .type = MLS_APPLICATION,
                                                  .application_data = data},
                              MLS_PRIVATE_MESSAGE, context, NULL, out);
}

/* A message on its way in: whatever was found out about it so far. */
typedef struct Incoming {
        MlsGroup *group;
        const MlsPolicy *policy;
        const E2eeContext *context;
        MlsReceived *out;
        MlsSecretTree *secret_tree; /* of the message's epoch, for private messages */
        MlsKeyDraft draft;
        bool has_draft;
} Incoming;

/* Section 6.1: the key by which this sender signs. */
static int find_signing_key(const Incoming *in, const MlsLeaf *member, SigningPublicKey *out)
{
        const MlsFramedContent *content = &in->out->content.content;

        switch (content->sender.type) {
        case MLS_SENDER_MEMBER:
                if (!member)
                        return MLS_UNKNOWN_SENDER;
                *out = member->signature_key;
                return 0;
        case MLS_SENDER_EXTERNAL:
                if (content->type != MLS_PROPOSAL || !mls_proposal_may_be_external(content->proposal.type))
                        return MLS_MALFORMED;
                return mls_external_sender_key(mls_group_extensions(in->group), content->sender.index, out)
                                       ? 0
                                       : MLS_UNKNOWN_SENDER;
        case MLS_SENDER_NEW_MEMBER_PROPOSAL:
                if (content->type != MLS_PROPOSAL || content->proposal.type != MLS_PROPOSAL_ADD)
                        return MLS_MALFORMED;
                return mls_signing_key_from(content->proposal.add.leaf_node.signature_key, out)
                                       ? 0
                                       : MLS_INVALID_LEAF;
        case MLS_SENDER_NEW_MEMBER_COMMIT:
                if (content->type != MLS_COMMIT || !content->commit.has_path)
                        return MLS_MALFORMED;
                return mls_signing_key_from(content->commit.path.leaf_node.signature_key, out)
                                       ? 0
                                       : MLS_INVALID_LEAF;
        }
        return MLS_MALFORMED;
}

/* Verifies the content that content_bytes has, and keeps who sent it. */
static int verify(Incoming *in, MlsSlice group_context, const MlsLeaf *member)
{
        MlsReceived *out = in->out;
        SigningPublicKey key;
        int r;

        r = mls_decode_authenticated_content(mls_slice_of(&out->content_bytes), &out->content);
        if (r == 0)
                r = find_signing_key(in, member, &key);
        if (r == 0)
                r = mls_verify_content(&out->content, group_context, &key);
        if (r == 0 && member)
                r = mls_buffer_init(&out->sender_leaf_bytes, member->node.encoded);
        return r;
}

/* Section 6.2. */
static int open_public(Incoming *in, const MlsPublicMessage *message)
{
        const MlsGroup *group = in->group;
        MlsSlice group_context = mls_slice_of(&group->now.context);
        const MlsSender *sender = &message->content.sender;
        const MlsLeaf *member = NULL;
        int r;

        if (message->content.epoch != group->now.number)
                return message->content.epoch > group->now.number ? MLS_EPOCH_AHEAD : MLS_EPOCH_GONE;
        if (message->content.type == MLS_APPLICATION)
                return MLS_MALFORMED; /* section 6: application data is always encrypted */
        if (sender->type == MLS_SENDER_MEMBER) {
                if (sender->index == group->own_leaf)
                        return MLS_OWN_MESSAGE;
                member = mls_tree_leaf(&group->tree, sender->index);
                if (!member)
                        return MLS_UNKNOWN_SENDER;
                r = mls_check_membership(message, group_context, &group->now.secrets.membership);
                if (r != 0)
                        return r;
        }
        r = mls_public_content(message, &in->out->content_bytes);
        return r != 0 ? r : verify(in, group_context, member);
}

/* Who was at a leaf in a past epoch: the first change since then tells, or else nothing has changed. */
static const MlsLeaf *past_leaf(const MlsGroup *group, size_t past, uint32_t leaf)
{
        for (size_t i = past + 1; i-- > 0;) {
                for (size_t j = 0; j < group->past[i].leaf_count; j++) {
                        if (group->past[i].leaves[j].index == leaf)
                                return group->past[i].leaves[j].leaf;
                }
        }
        return mls_tree_leaf(&group->tree, leaf);
}

static int open_private_in(Incoming *in, const MlsPrivateMessage *message,
                           const MlsSecret *sender_data_secret, MlsSlice group_context, const size_t *past)
{
        MlsSenderData sender;
        const MlsLeaf *member;
        int r;

        r = mls_open_sender_data(message, sender_data_secret, &sender);
        if (r != 0)
                return r;
        if (sender.leaf == in->group->own_leaf)
                return MLS_OWN_MESSAGE;
        /* Section 6.3.2: no blank leaf. */
        member = past ? past_leaf(in->group, *past, sender.leaf)
                      : mls_tree_leaf(&in->group->tree, sender.leaf);
        if (!member)
                return MLS_UNKNOWN_SENDER;
        r = mls_secret_tree_find(in->secret_tree, sender.leaf,
                                 message->type == MLS_APPLICATION ? MLS_RATCHET_APPLICATION
                                                                  : MLS_RATCHET_HANDSHAKE,
                                 sender.generation, &in->draft);
        if (r != 0)
                return r;
        in->has_draft = true;
        in->out->generation = sender.generation;
        r = mls_open_private(message, &sender, &in->draft.key, &in->out->content_bytes);
        return r != 0 ? r : verify(in, group_context, member);
}

static int open_private(Incoming *in, const MlsPrivateMessage *message)
{
        MlsGroup *group = in->group;

        if (message->epoch == group->now.number) {
                in->secret_tree = &group->now.secret_tree;
                return open_private_in(in, message, &group->now.secrets.sender_data,
                                       mls_slice_of(&group->now.context), NULL);
        }
        if (message->epoch > group->now.number)
                return MLS_EPOCH_AHEAD;
        for (size_t i = 0; i < group->past_count; i++) {
                MlsPastEpoch *past = &group->past[i];

                /* What changes the group is of no use any more. */
                if (past->number != message->epoch || message->type != MLS_APPLICATION)
                        continue;
                in->secret_tree = &past->secret_tree;
                return open_private_in(in, message, &past->sender_data, mls_slice_of(&past->context), &i);
        }
        return MLS_EPOCH_GONE;
}

/* Section 9.2: what a message has used is gone. */
static int use_key(Incoming *in)
{
        return in->has_draft ? mls_secret_tree_use(in->secret_tree, &in->draft) : 0;
}

static int take_proposal(Incoming *in)
{
        const MlsFramedContent *content = &in->out->content.content;
        int r;

        r = mls_check_proposal(in->group, in->policy, &content->proposal, content->sender);
        if (r == 0 && in->policy && in->policy->check_proposal)
                r = mls_refuse(in->policy->check_proposal(in->policy->userdata, in->group,
                                                          &content->proposal, content->sender),
                               MLS_FORBIDDEN);
        if (r == 0)
                r = mls_group_cache_proposal(in->group, &in->out->content);
        if (r != 0)
                return r;
        mls_proposal_reference(&in->out->content, &in->out->proposal_reference);
        return use_key(in);
}

static int take_commit(Incoming *in)
{
        __attribute__((cleanup(mls_transition_deinit))) MlsTransition transition = {0};
        int r;

        r = mls_commit_process(in->group, &in->out->content, in->policy, &transition);
        if (r == 0)
                r = use_key(in);
        if (r == 0)
                r = mls_transition_keep(in->group, &transition);
        if (r != 0)
                return r;
        mls_group_drop_commit(in->group);
        in->out->removed_us = transition.removed_us;
        in->out->reinit = in->group->status == MLS_GROUP_REINIT;
        in->out->changes = transition.changes;
        in->out->change_count = transition.change_count;
        transition.changes = NULL;
        transition.change_count = 0;
        return 0;
}

static int receive(Incoming *in, MlsSlice encoded)
{
        MlsMessage message;
        MlsSlice group_id;
        int r;

        r = mls_decode_message(encoded, &message);
        if (r != 0)
                return r;
        if (message.wire_format == MLS_PUBLIC_MESSAGE)
                group_id = message.public_message.content.group_id;
        else if (message.wire_format == MLS_PRIVATE_MESSAGE)
                group_id = message.private_message.group_id;
        else
                return MLS_UNSUPPORTED;
        if (!mls_slice_equal(group_id, mls_slice_of(&in->group->id)))
                return MLS_WRONG_GROUP;
        r = message.wire_format == MLS_PUBLIC_MESSAGE ? open_public(in, &message.public_message)
                                                      : open_private(in, &message.private_message);
        if (r != 0)
                return r;
        if (in->out->content.content.type == MLS_APPLICATION)
                return use_key(in);
        if (in->group->status != MLS_GROUP_ACTIVE)
                return MLS_NOT_ACTIVE;
        return in->out->content.content.type == MLS_COMMIT ? take_commit(in) : take_proposal(in);
}

int mls_group_receive(MlsGroup *group, MlsSlice message, const MlsPolicy *policy, const E2eeContext *context,
                      MlsReceived *out)
{
        Incoming in = {.group = group, .policy = policy, .context = context, .out = out};
        int r;

        *out = (MlsReceived){0};
        r = receive(&in, message);
        if (in.has_draft)
                mls_key_draft_deinit(&in.draft);
        if (r != 0)
                mls_received_deinit(out);
        return r;
}

void mls_received_deinit(MlsReceived *received)
{
        mls_buffer_deinit(&received->content_bytes);
        mls_buffer_deinit(&received->sender_leaf_bytes);
        mls_changes_free(received->changes, received->change_count);
        *received = (MlsReceived){0};
}
