/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>

#include "e2ee/mls/group-state.h"

void mls_epoch_state_deinit(MlsEpochState *state)
{
        mls_buffer_deinit(&state->extensions);
        mls_buffer_deinit(&state->context);
        mls_secret_tree_deinit(&state->secret_tree);
        sodium_memzero(state, sizeof(*state));
}

/* Section 8.1. */
int mls_epoch_state_set_context(MlsEpochState *state, MlsSlice group_id, MlsTree *tree)
{
        MlsGroupContext context = {
                        .version = MLS_VERSION,
                        .cipher_suite = MLS_CIPHER_SUITE,
                        .group_id = group_id,
                        .epoch = state->number,
                        .confirmed_transcript_hash =
                                        mls_slice(state->confirmed.bytes, state->confirmed_size),
                        .extensions = mls_slice_of(&state->extensions),
        };
        const MlsHash *hash;
        int r;

        r = mls_tree_hash(tree, tree_root(tree->leaves), &hash);
        if (r != 0)
                return r;
        context.tree_hash = mls_hash_slice(hash);
        mls_buffer_deinit(&state->context);
        return mls_encode_group_context(&context, &state->context);
}

int mls_epoch_state_finish(MlsEpochState *state, uint32_t leaves)
{
        int r;

        mls_interim_hash(mls_slice(state->confirmed.bytes, state->confirmed_size), &state->confirmation_tag,
                         &state->interim);
        mls_secret_tree_deinit(&state->secret_tree);
        r = mls_secret_tree_init(&state->secret_tree, leaves, &state->secrets.encryption);
        /* Section 9.2: it is the root of the secret tree now. */
        sodium_memzero(&state->secrets.encryption, sizeof(state->secrets.encryption));
        return r;
}
