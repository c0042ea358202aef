/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GroupInfo (RFC 9420 section 12.4.3): what somebody needs to know who joins. */
#include "e2ee/mls/group-state.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

static void write_tree(MlsWriter *writer, const MlsTree *tree)
{
        size_t begin;

        mls_write_u16(writer, MLS_EXTENSION_RATCHET_TREE);
        begin = mls_begin_vector(writer);
        mls_tree_write(writer, tree);
        mls_end_vector(writer, begin);
}

static void write_external_pub(MlsWriter *writer, const MlsSecret *external_secret)
{
        DhKeyPair pair;
        size_t begin;
        E2EE_WIPE(pair);

        mls_external_pair(external_secret, &pair);
        mls_write_u16(writer, MLS_EXTENSION_EXTERNAL_PUB);
        begin = mls_begin_vector(writer);
        mls_write_vector(writer, mls_slice(pair.public_key.bytes, sizeof(pair.public_key.bytes)));
        mls_end_vector(writer, begin);
}

/* Section 13.5: something that has no meaning, so that nobody comes to depend on there being nothing. */
static void write_grease(MlsWriter *writer, const E2eeContext *context)
{
        uint8_t random[4];

        context->fill(context->userdata, random, sizeof(random));
        mls_write_extension(writer, (uint16_t)(0x0a0a + 0x1010 * (random[0] % 15)),
                            mls_slice(random + 1, random[0] % 4));
}

int mls_make_group_info(const MlsEpochState *state, const MlsTree *tree_or_none, bool with_external_pub,
                        uint32_t signer, const E2eeContext *context, MlsBuffer *out)
{
        ByteReader reader = mls_reader(mls_slice_of(&state->context));
        MlsGroupInfo info = {.confirmation_tag = mls_hash_slice(&state->confirmation_tag), .signer = signer};
        MLS_WRITER(extensions);

        mls_read_group_context(&reader, &info.context);
        write_grease(&extensions, context);
        if (with_external_pub)
                write_external_pub(&extensions, &state->secrets.external);
        if (tree_or_none)
                write_tree(&extensions, tree_or_none);
        if (extensions.error != 0)
                return extensions.error;
        info.extensions = mls_written(&extensions);
        return mls_sign_group_info(&info, &state->signing_key, out);
}

int mls_group_info(const MlsGroup *group, bool with_tree, const E2eeContext *context, MlsBuffer *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer info = {0};
        int r;

        *out = (MlsBuffer){0};
        if (group->status != MLS_GROUP_ACTIVE)
                return MLS_NOT_ACTIVE;
        r = mls_make_group_info(&group->now, with_tree ? &group->tree : NULL, true, group->own_leaf, context,
                                &info);
        return r != 0 ? r : mls_wrap_message(MLS_GROUP_INFO, mls_slice_of(&info), out);
}

int mls_group_ratchet_tree(const MlsGroup *group, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_tree_write(&writer, &group->tree);
        return mls_writer_finish(&writer, out);
}
