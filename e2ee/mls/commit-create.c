/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creating a commit (RFC 9420 section 12.4.1). */
#include "e2ee/mls/commit-create.h"

#include <sodium.h>

#include "e2ee/mls/commit-process.h"
#include "e2ee/mls/group-policy.h"
#include "e2ee/wipe.h"

void mls_commit_build_deinit(MlsCommitBuild *build)
{
        mls_buffer_deinit(&build->framed);
        mls_buffer_deinit(&build->group_info);
        sodium_memzero(build, sizeof(*build));
}

/* New keys on our path, and whatever everybody else needs to get them too. */
static int make_path(MlsCommitBuild *b, MlsEpochState *next, MlsWriter *commit)
{
        MlsTree *tree = &b->group->tree;
        int r;

        r = mls_path_create(tree, b->committer.index, b->fields, b->leaf_key, mls_slice_of(&b->group->id),
                            b->context, &next->keys, &b->path);
        if (r == 0)
                r = mls_check_leaf_node(&mls_tree_leaf(tree, b->committer.index)->node);
        if (r == 0)
                r = mls_check_new_leaf(tree, b->committer.index, mls_slice_of(&next->extensions));
        /* The provisional group context: all is new but the confirmed transcript hash. */
        if (r == 0)
                r = mls_epoch_state_set_context(next, mls_slice_of(&b->group->id), tree);
        if (r != 0)
                return r;
        next->signing_key = *b->leaf_key;
        return mls_path_encrypt(tree, b->committer.index, &b->path, &b->list->added,
                                mls_slice_of(&next->context), b->context, commit);
}

/* The FramedContent, signed with the old group context. */
static int frame(MlsCommitBuild *b, MlsSlice commit)
{
        MlsFramedContent header = {
                        .group_id = mls_slice_of(&b->group->id),
                        .epoch = b->group->now.number,
                        .sender = b->committer,
                        .authenticated_data = b->authenticated_data,
                        .type = MLS_COMMIT,
        };
        MLS_WRITER(framed);
        ByteReader reader;
        int r;

        mls_write_content_header(&framed, &header);
        mls_write_slice(&framed, commit);
        r = mls_writer_finish(&framed, &b->framed);
        if (r != 0)
                return r;
        reader = mls_reader(mls_slice_of(&b->framed));
        b->content.wire_format = b->wire_format;
        mls_read_framed_content(&reader, &b->content.content);
        if (!reader_done(&reader))
                return MLS_MALFORMED; /* by-value proposals that the caller put together wrongly */
        r = mls_sign_content(&b->content.content, b->wire_format, mls_slice_of(&b->group->now.context),
                             b->old_key, &b->signature);
        b->content.auth.signature = mls_slice(b->signature.bytes, sizeof(b->signature.bytes));
        return r;
}

/* While the tree is being recorded. */
static int build(MlsCommitBuild *b, MlsTransition *transition)
{
        MlsEpochState *next = &transition->next;
        MlsTree *tree = &b->group->tree;
        MlsSecret commit_secret = {{0}};
        MLS_WRITER(commit);
        int r;
        E2EE_WIPE(commit_secret);

        r = mls_proposal_list_apply(b->list, b->group, b->policy, next);
        if (r == 0 && b->committer.type == MLS_SENDER_NEW_MEMBER_COMMIT) {
                r = mls_commit_external_leaf(tree, &b->committer.index);
                b->group->own_leaf = b->committer.index;
        }
        if (r != 0)
                return r;
        mls_write_vector(&commit, b->proposals);
        mls_write_u8(&commit, b->with_path);
        if (b->with_path) {
                r = make_path(b, next, &commit);
                if (r != 0)
                        return r;
                commit_secret = b->path.commit_secret;
        }
        mls_own_keys_prune(tree, b->group->own_leaf, &next->keys);
        r = commit.error != 0 ? commit.error : frame(b, mls_written(&commit));
        if (r == 0)
                r = mls_group_psk_secret(b->group, b->policy, b->list->items, b->list->count,
                                         &b->psk_secret);
        if (r == 0)
                r = mls_transition_schedule(b->group, tree, &b->content, b->init_secret, &commit_secret,
                                            &b->psk_secret, transition, &b->joiner);
        if (r == 0)
                r = mls_epoch_state_finish(next, tree->leaves);
        b->content.auth.confirmation_tag = mls_hash_slice(&next->confirmation_tag);
        if (r == 0 && b->with_group_info)
                r = mls_make_group_info(next, b->with_tree ? tree : NULL, false, b->committer.index,
                                        b->context, &b->group_info);
        return r;
}

/* The leaf that the commit gives us, once it has been undone: it is in the delta. */
static const MlsLeafNode *find_new_leaf(const MlsTreeDelta *delta, uint32_t leaf)
{
        for (size_t i = 0; i < delta->count; i++) {
                if (delta->changes[i].node == 2 * leaf && delta->changes[i].content.leaf)
                        return &delta->changes[i].content.leaf->node;
        }
        return NULL;
}

int mls_commit_build(MlsCommitBuild *b, MlsTransition *transition)
{
        const MlsProposal *reinit = mls_proposal_list_find(b->list, MLS_PROPOSAL_REINIT);
        const MlsLeafNode *leaf = NULL;
        int r;

        r = mls_proposal_list_check(b->list, b->group, b->policy, b->committer);
        if (r != 0)
                return r;
        mls_transition_begin(b->group, transition);
        mls_tree_record(&b->group->tree, &transition->delta);
        r = build(b, transition);
        mls_tree_undo(&b->group->tree, &transition->delta);
        if (r == 0 && b->with_path)
                leaf = find_new_leaf(&transition->delta, b->committer.index);
        if (r == 0)
                r = mls_commit_ask(b->group, b->policy, b->list, b->committer, leaf, &transition->next);
        if (r == 0 && reinit)
                r = mls_buffer_init(&transition->reinit, reinit->encoded);
        return r != 0 ? r : mls_transition_note_changes(b->group, transition);
}
