/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processing a commit (RFC 9420 section 12.4.2). */
#include <sodium.h>

#include "e2ee/mls/commit-process.h"
#include "e2ee/mls/group-policy.h"
#include "e2ee/wipe.h"

int mls_commit_ask(const MlsGroup *group, const MlsPolicy *policy, const MlsProposalList *list,
                   MlsSender committer, const MlsLeafNode *leaf, const MlsEpochState *next)
{
        MlsCommitView view = {
                        .group = group,
                        .committer_type = committer.type,
                        .committer = committer.index,
                        .leaf = leaf,
                        .proposals = list->items,
                        .proposal_count = list->count,
                        .extensions = mls_slice_of(&next->extensions),
        };

        if (!policy || !policy->check_commit)
                return 0;
        return mls_refuse(policy->check_commit(policy->userdata, &view), MLS_FORBIDDEN);
}

int mls_commit_external_leaf(MlsTree *tree, uint32_t *leaf)
{
        *leaf = mls_tree_free_leaf(tree);
        return *leaf == tree->leaves ? mls_tree_extend(tree) : 0;
}

void mls_transition_begin(const MlsGroup *group, MlsTransition *transition)
{
        MlsEpochState *next = &transition->next;

        next->number = group->now.number + 1;
        next->keys = group->now.keys;
        next->signing_key = group->now.signing_key;
        next->confirmed = group->now.confirmed;
        next->confirmed_size = group->now.confirmed_size;
}

int mls_transition_schedule(const MlsGroup *group, MlsTree *tree, const MlsAuthenticatedContent *content,
                            const MlsSecret *init, const MlsSecret *commit_secret,
                            const MlsSecret *psk_secret, MlsTransition *transition, MlsSecret *joiner)
{
        MlsEpochState *next = &transition->next;
        int r;

        mls_confirmed_hash(mls_hash_slice(&group->now.interim), content, &next->confirmed);
        next->confirmed_size = sizeof(next->confirmed.bytes);
        r = mls_epoch_state_set_context(next, mls_slice_of(&group->id), tree);
        if (r != 0)
                return r;
        mls_joiner_secret(init, commit_secret, mls_slice_of(&next->context), joiner);
        mls_epoch_secrets(joiner, psk_secret, mls_slice_of(&next->context), &next->secrets);
        mls_confirmation_tag(&next->secrets.confirmation, mls_hash_slice(&next->confirmed),
                             &next->confirmation_tag);
        return 0;
}

typedef struct Processing {
        MlsGroup *group;
        const MlsAuthenticatedContent *content;
        const MlsCommit *commit;
        const MlsPolicy *policy;
        MlsSender committer;
        MlsProposalList *list;
        MlsTransition *transition;
        MlsPathStep steps[MLS_LEVELS_MAX];
        size_t step_count;
} Processing;

static bool removes(const MlsProposalList *list, uint32_t leaf)
{
        for (size_t i = 0; i < list->count; i++) {
                if (list->items[i].proposal.type == MLS_PROPOSAL_REMOVE &&
                    list->items[i].proposal.removed == leaf)
                        return true;
        }
        return false;
}

/* The leaf that the committer's new one takes the place of; NULL for somebody who joins for the first time.
 */
static const MlsLeaf *find_predecessor(const Processing *p)
{
        const MlsProposal *remove;

        if (p->committer.type == MLS_SENDER_MEMBER)
                return mls_tree_leaf(&p->group->tree, p->committer.index);
        remove = mls_proposal_list_find(p->list, MLS_PROPOSAL_REMOVE);
        return remove ? mls_tree_leaf(&p->group->tree, remove->removed) : NULL;
}

/* Validates the update path, and puts it into the tree. predecessor is kept alive by the delta. */
static int apply_path(Processing *p, const MlsLeaf *predecessor)
{
        const MlsLeafNode *leaf = &p->commit->path.leaf_node;
        MlsSlice group_id = mls_slice_of(&p->group->id);
        int r;

        if (leaf->source != MLS_LEAF_OF_COMMIT ||
            (predecessor && mls_slice_equal(leaf->encryption_key, predecessor->node.encryption_key)))
                return MLS_INVALID_PATH;
        r = mls_check_leaf_node(leaf);
        if (r == 0)
                r = mls_path_apply(&p->group->tree, p->committer.index, &p->commit->path, p->steps,
                                   &p->step_count);
        if (r == 0)
                r = mls_verify_leaf_node(leaf, group_id, p->committer.index);
        if (r == 0)
                r = mls_check_new_leaf(&p->group->tree, p->committer.index,
                                       mls_slice_of(&p->transition->next.extensions));
        return r != 0 ? r : mls_check_credential(p->policy, leaf, predecessor ? &predecessor->node : NULL);
}

/* An update proposal of ours was committed: its key is that of our leaf now. */
static int take_own_update(Processing *p)
{
        MlsEpochState *next = &p->transition->next;
        const MlsLeaf *own = mls_tree_leaf(&p->group->tree, p->group->own_leaf);

        for (size_t i = 0; i < p->group->update_count; i++) {
                const MlsOwnUpdate *update = &p->group->updates[i];

                if (memcmp(&update->pair.public_key, &own->encryption_key, sizeof(own->encryption_key)) ==
                    0) {
                        next->keys.keys[0] = update->pair;
                        next->signing_key = update->signing_key;
                        return 0;
                }
        }
        return memcmp(&next->keys.keys[0].public_key, &own->encryption_key, sizeof(own->encryption_key)) == 0
                               ? 0
                               : MLS_UNKNOWN_PROPOSAL;
}

/* Section 8.3, for external commits. */
static int find_init_secret(const Processing *p, MlsSecret *out)
{
        const MlsProposal *external = mls_proposal_list_find(p->list, MLS_PROPOSAL_EXTERNAL_INIT);
        DhKeyPair pair;
        E2EE_WIPE(pair);

        *out = p->group->now.secrets.init;
        if (!external)
                return 0;
        if (external->kem_output.size != HPKE_KEM_OUTPUT_SIZE)
                return MLS_INVALID_PROPOSAL;
        mls_external_pair(&p->group->now.secrets.external, &pair);
        return hpke_receive_export(&pair, external->kem_output.data, MLS_LABEL_EXTERNAL_INIT, out) == 0
                               ? 0
                               : MLS_FORGED;
}

/* The keys of the new epoch, which are right if the confirmation tag is. The tree is that of the new epoch.
 */
static int derive_epoch(Processing *p)
{
        MlsEpochState *next = &p->transition->next;
        MlsSecret commit_secret = {{0}}, psk_secret, init, joiner;
        MlsTree *tree = &p->group->tree;
        MlsHash tag;
        int r;
        E2EE_WIPE(commit_secret);
        E2EE_WIPE(psk_secret);
        E2EE_WIPE(init);
        E2EE_WIPE(joiner);

        r = take_own_update(p);
        if (r == 0)
                r = mls_group_psk_secret(p->group, p->policy, p->list->items, p->list->count, &psk_secret);
        if (r == 0)
                r = find_init_secret(p, &init);
        if (r == 0 && p->commit->has_path) {
                /* The provisional group context: all is new but the confirmed transcript hash. */
                r = mls_epoch_state_set_context(next, mls_slice_of(&p->group->id), tree);
                if (r == 0)
                        r = mls_path_decrypt(tree, &p->commit->path, p->steps, p->step_count,
                                             p->group->own_leaf, &p->list->added,
                                             mls_slice_of(&next->context), &next->keys, &commit_secret);
        }
        if (r != 0)
                return r;
        mls_own_keys_prune(tree, p->group->own_leaf, &next->keys);
        r = mls_transition_schedule(p->group, tree, p->content, &init, &commit_secret, &psk_secret,
                                    p->transition, &joiner);
        if (r != 0)
                return r;
        if (p->content->auth.confirmation_tag.size != sizeof(tag.bytes))
                return MLS_FORGED;
        memcpy(tag.bytes, p->content->auth.confirmation_tag.data, sizeof(tag.bytes));
        if (!mls_hash_equal(&tag, &next->confirmation_tag))
                return MLS_FORGED;
        return mls_epoch_state_finish(next, tree->leaves);
}

/* While the tree is being recorded. */
static int process(Processing *p)
{
        const MlsLeaf *predecessor = find_predecessor(p);
        int r;

        r = mls_proposal_list_apply(p->list, p->group, p->policy, &p->transition->next);
        if (r == 0 && p->committer.type == MLS_SENDER_NEW_MEMBER_COMMIT)
                r = mls_commit_external_leaf(&p->group->tree, &p->committer.index);
        if (r == 0 && p->commit->has_path)
                r = apply_path(p, predecessor);
        if (r != 0)
                return r;
        return p->transition->removed_us ? 0 : derive_epoch(p);
}

int mls_commit_process(MlsGroup *group, const MlsAuthenticatedContent *content, const MlsPolicy *policy,
                       MlsTransition *transition)
{
        __attribute__((cleanup(mls_proposal_list_deinit))) MlsProposalList list = {0};
        const MlsProposal *reinit;
        Processing p = {
                        .group = group,
                        .content = content,
                        .commit = &content->content.commit,
                        .policy = policy,
                        .committer = content->content.sender,
                        .list = &list,
                        .transition = transition,
        };
        int r;

        r = mls_proposal_list_collect(&list, group, p.commit, p.committer);
        if (r == 0)
                r = mls_proposal_list_check(&list, group, policy, p.committer);
        if (r != 0)
                return r;
        if (!p.commit->has_path && mls_proposal_list_requires_path(&list))
                return MLS_INVALID_PATH;
        transition->removed_us = removes(&list, group->own_leaf);
        mls_transition_begin(group, transition);

        mls_tree_record(&group->tree, &transition->delta);
        r = process(&p);
        mls_tree_undo(&group->tree, &transition->delta);

        /* The application is asked last, about what is known to be well made, with the group as it was. */
        if (r == 0)
                r = mls_commit_ask(group, policy, &list, p.committer,
                                   p.commit->has_path ? &p.commit->path.leaf_node : NULL, &transition->next);
        reinit = mls_proposal_list_find(&list, MLS_PROPOSAL_REINIT);
        if (r == 0 && reinit)
                r = mls_buffer_init(&transition->reinit, reinit->encoded);
        return r != 0 ? r : mls_transition_note_changes(group, transition);
}
