/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stored form of a group, which nobody else reads: the public tree, and everything else. Here it is
 * written, in group-store-read.c it is read.
 */
#include "e2ee/mls/group-store.h"

int mls_group_encode_tree(const MlsGroup *group, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_u8(&writer, MLS_STORE_FORMAT);
        mls_tree_write(&writer, &group->tree);
        return mls_writer_finish(&writer, out);
}

static void write_secret(MlsWriter *writer, const MlsSecret *secret)
{
        mls_write_bytes(writer, secret->bytes, sizeof(secret->bytes));
}

static void write_pair(MlsWriter *writer, const DhKeyPair *pair)
{
        mls_write_bytes(writer, pair->public_key.bytes, sizeof(pair->public_key.bytes));
        mls_write_bytes(writer, pair->secret_key.bytes, sizeof(pair->secret_key.bytes));
}

static void write_epoch_secrets(MlsWriter *writer, const MlsEpochSecrets *secrets)
{
        write_secret(writer, &secrets->sender_data);
        write_secret(writer, &secrets->exporter);
        write_secret(writer, &secrets->external);
        write_secret(writer, &secrets->confirmation);
        write_secret(writer, &secrets->membership);
        write_secret(writer, &secrets->resumption);
        write_secret(writer, &secrets->authenticator);
        write_secret(writer, &secrets->init);
}

static void write_epoch(MlsWriter *writer, const MlsEpochState *state)
{
        mls_write_u64(writer, state->number);
        mls_write_vector(writer, mls_slice_of(&state->extensions));
        mls_write_vector(writer, mls_slice(state->confirmed.bytes, state->confirmed_size));
        mls_write_bytes(writer, state->interim.bytes, sizeof(state->interim.bytes));
        mls_write_bytes(writer, state->confirmation_tag.bytes, sizeof(state->confirmation_tag.bytes));
        mls_write_vector(writer, mls_slice_of(&state->context));
        write_epoch_secrets(writer, &state->secrets);
        mls_secret_tree_write(writer, &state->secret_tree);
        for (unsigned level = 0; level < MLS_LEVELS_MAX; level++) {
                mls_write_u8(writer, state->keys.has[level]);
                if (state->keys.has[level])
                        write_pair(writer, &state->keys.keys[level]);
        }
        mls_write_bytes(writer, state->signing_key.bytes, sizeof(state->signing_key.bytes));
}

/* A node of a delta: the encoded leaf, or the parent; nothing if it is blank. */
static void write_content(MlsWriter *writer, uint32_t node, MlsNodeContent content)
{
        size_t begin = mls_begin_vector(writer);

        if (content.any && tree_is_leaf(node))
                mls_write_slice(writer, content.leaf->node.encoded);
        else if (content.any)
                mls_write_parent(writer, content.parent);
        mls_end_vector(writer, begin);
}

static void write_transition(MlsWriter *writer, const MlsTransition *transition)
{
        mls_write_u32(writer, transition->delta.leaves);
        mls_write_u32(writer, (uint32_t)transition->delta.count);
        for (size_t i = 0; i < transition->delta.count; i++) {
                mls_write_u32(writer, transition->delta.changes[i].node);
                write_content(writer, transition->delta.changes[i].node,
                              transition->delta.changes[i].content);
        }
        write_epoch(writer, &transition->next);
        mls_write_u32(writer, (uint32_t)transition->change_count);
        for (size_t i = 0; i < transition->change_count; i++) {
                mls_write_u8(writer, transition->changes[i].kind);
                mls_write_u32(writer, transition->changes[i].leaf);
                mls_write_vector(writer, mls_slice_of(&transition->changes[i].leaf_node));
        }
        mls_write_vector(writer, mls_slice_of(&transition->reinit));
        mls_write_bytes(writer, transition->message.bytes, sizeof(transition->message.bytes));
}

static void write_past(MlsWriter *writer, const MlsPastEpoch *past)
{
        mls_write_u64(writer, past->number);
        mls_write_vector(writer, mls_slice_of(&past->context));
        write_secret(writer, &past->sender_data);
        mls_secret_tree_write(writer, &past->secret_tree);
        mls_write_u32(writer, (uint32_t)past->leaf_count);
        for (size_t i = 0; i < past->leaf_count; i++) {
                mls_write_u32(writer, past->leaves[i].index);
                write_content(writer, 2 * past->leaves[i].index,
                              (MlsNodeContent){.leaf = past->leaves[i].leaf});
        }
}

static void write_proposals(MlsWriter *writer, const MlsGroup *group)
{
        mls_write_u32(writer, (uint32_t)group->proposal_count);
        for (size_t i = 0; i < group->proposal_count; i++) {
                const MlsCachedProposal *cached = &group->proposals[i];

                mls_write_bytes(writer, cached->reference.bytes, sizeof(cached->reference.bytes));
                mls_write_u8(writer, cached->sender.type);
                mls_write_u32(writer, cached->sender.index);
                mls_write_vector(writer, mls_slice_of(&cached->bytes));
        }
        mls_write_u8(writer, (unsigned)group->update_count);
        for (size_t i = 0; i < group->update_count; i++) {
                write_pair(writer, &group->updates[i].pair);
                mls_write_bytes(writer, group->updates[i].signing_key.bytes,
                                sizeof(group->updates[i].signing_key.bytes));
        }
}

int mls_group_encode_state(const MlsGroup *group, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_u8(&writer, MLS_STORE_FORMAT);
        mls_write_vector(&writer, mls_slice_of(&group->id));
        mls_write_u8(&writer, group->status);
        mls_write_u32(&writer, group->own_leaf);
        mls_write_u8(&writer, (unsigned)group->past_max);
        write_epoch(&writer, &group->now);
        write_proposals(&writer, group);
        mls_write_u8(&writer, group->pending != NULL);
        if (group->pending)
                write_transition(&writer, group->pending);
        mls_write_u8(&writer, (unsigned)group->past_count);
        for (size_t i = 0; i < group->past_count; i++)
                write_past(&writer, &group->past[i]);
        mls_write_u8(&writer, (unsigned)group->psk_count);
        for (size_t i = 0; i < group->psk_count; i++) {
                mls_write_u64(&writer, group->psks[i].epoch);
                write_secret(&writer, &group->psks[i].psk);
        }
        mls_write_vector(&writer, mls_slice_of(&group->reinit));
        return mls_writer_finish(&writer, out);
}
