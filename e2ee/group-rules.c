/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/group-rules.h"

#include <errno.h>

#include "e2ee/mls/limits.h"

enum { SETTINGS_CHANGES_MAX = 2 * GROUP_ADMINS_MAX + 4 };

/* A commit that is being looked at. */
typedef struct Review {
        GroupRules *rules;
        const MlsCommitView *view;
        GroupSettings before, after;
        GroupMember committer;
        uint32_t added, removed; /* counts */
} Review;

static bool name_is(const MlsLeafNode *leaf, const char *name)
{
        return mls_slice_equal(leaf->credential.content, mls_string(name));
}

bool group_find_leaf(const MlsGroup *group, const char *name, uint32_t *leaf)
{
        for (uint32_t i = 0; i < mls_group_leaf_count(group); i++) {
                const MlsLeafNode *node = mls_group_member(group, i);

                if (node && name_is(node, name)) {
                        *leaf = i;
                        return true;
                }
        }
        return false;
}

static GroupChange *note(Review *review, GroupChangeKind kind)
{
        GroupChange *change = &review->rules->changes[review->rules->change_count++];

        change->kind = kind;
        return change;
}

static const MlsCommitProposal *find_removal(const Review *review, uint32_t leaf)
{
        for (size_t i = 0; i < review->view->proposal_count; i++) {
                const MlsCommitProposal *item = &review->view->proposals[i];

                if (item->proposal.type == MLS_PROPOSAL_REMOVE && item->proposal.removed == leaf)
                        return item;
        }
        return NULL;
}

static const MlsCommitProposal *find_addition(const Review *review, const char *name)
{
        for (size_t i = 0; i < review->view->proposal_count; i++) {
                const MlsCommitProposal *item = &review->view->proposals[i];

                if (item->proposal.type == MLS_PROPOSAL_ADD && name_is(&item->proposal.add.leaf_node, name))
                        return item;
        }
        return NULL;
}

/* Also after the commit, so that who joins by it can see that the one who welcomes them may do so. */
static int review_add(Review *review, const MlsCommitProposal *item)
{
        const char *committer = review->committer.address.name;
        GroupMember member, old;
        const MlsCommitProposal *removal;
        GroupChange *change;
        uint32_t leaf;

        if (item->by_reference || !group_settings_allow(&review->before, committer, GROUP_RIGHT_ADD) ||
            !group_settings_allow(&review->after, committer, GROUP_RIGHT_ADD))
                return GROUP_NOT_ALLOWED;
        if (group_leaf_read(&item->proposal.add.leaf_node, &member) != 0)
                return MLS_BAD_CREDENTIAL;
        if (find_addition(review, member.address.name) != item)
                return GROUP_ALREADY_MEMBER;
        review->added++;
        if (!group_find_leaf(review->view->group, member.address.name, &leaf)) {
                note(review, GROUP_ADD)->member = member;
                return 0;
        }
        removal = find_removal(review, leaf);
        if (!removal || removal->by_reference)
                return GROUP_ALREADY_MEMBER;
        if (group_leaf_read(mls_group_member(review->view->group, leaf), &old) != 0)
                return MLS_BAD_CREDENTIAL;
        change = note(review, GROUP_REPLACE);
        change->member = member;
        change->replaced_identity_key = old.identity_key;
        return 0;
}

static int review_remove(Review *review, const MlsCommitProposal *item)
{
        uint32_t leaf = item->proposal.removed;
        GroupMember member;

        if (group_member_of(mls_group_member(review->view->group, leaf), leaf, &review->before, &member) !=
            0)
                return MLS_BAD_CREDENTIAL;
        review->removed++;
        if (item->by_reference) {
                /* What check_proposal() has let in. */
                if (item->sender.type != MLS_SENDER_MEMBER || item->sender.index != leaf ||
                    member.role == GROUP_ROLE_ADMIN)
                        return GROUP_NOT_ALLOWED;
                note(review, GROUP_LEAVE)->member = member;
                return 0;
        }
        if (!group_settings_is_admin(&review->before, review->committer.address.name))
                return GROUP_NOT_ALLOWED;
        if (!find_addition(review, member.address.name))
                note(review, GROUP_REMOVE)->member = member;
        return 0;
}

static int review_proposals(Review *review)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < review->view->proposal_count; i++) {
                const MlsCommitProposal *item = &review->view->proposals[i];

                switch (item->proposal.type) {
                case MLS_PROPOSAL_ADD:
                        r = review_add(review, item);
                        break;
                case MLS_PROPOSAL_REMOVE:
                        r = review_remove(review, item);
                        break;
                case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS: /* looked at by what they change */
                        r = item->by_reference ? GROUP_NOT_ALLOWED : 0;
                        break;
                case MLS_PROPOSAL_UPDATE:
                case MLS_PROPOSAL_PSK:
                case MLS_PROPOSAL_REINIT:
                case MLS_PROPOSAL_EXTERNAL_INIT:
                        r = GROUP_NOT_ALLOWED;
                        break;
                }
        }
        return r;
}

/* False: the account is not in the group as it will be. */
static bool find_afterwards(const Review *review, const char *name, GroupMember *out)
{
        const MlsCommitProposal *addition = find_addition(review, name);
        uint32_t leaf;

        if (addition)
                return group_member_of(&addition->proposal.add.leaf_node, UINT32_MAX, &review->after, out) ==
                       0;
        return group_find_leaf(review->view->group, name, &leaf) && !find_removal(review, leaf) &&
               group_member_of(mls_group_member(review->view->group, leaf), leaf, &review->after, out) == 0;
}

static int review_admins(Review *review)
{
        const GroupSettings *before = &review->before, *after = &review->after;
        bool same = group_settings_equal_admins(before, after);
        GroupMember member;

        if (!same && !group_settings_is_admin(before, review->committer.address.name))
                return GROUP_NOT_ALLOWED;
        if (same && review->removed == 0)
                return 0;
        for (size_t i = 0; i < after->admin_count; i++) {
                if (!find_afterwards(review, after->admins[i], &member))
                        return GROUP_BAD_SETTINGS;
                if (!group_settings_is_admin(before, after->admins[i]))
                        note(review, GROUP_PROMOTE)->member = member;
        }
        for (size_t i = 0; i < before->admin_count; i++) {
                if (!group_settings_is_admin(after, before->admins[i]) &&
                    find_afterwards(review, before->admins[i], &member))
                        note(review, GROUP_DEMOTE)->member = member;
        }
        return 0;
}

static int review_settings(Review *review)
{
        const GroupSettings *before = &review->before, *after = &review->after;
        const char *committer = review->committer.address.name;
        bool renamed = strcmp(before->name, after->name) != 0;
        bool timed = before->expires_after_s != after->expires_after_s;
        GroupChange *change;

        if ((renamed || timed) && !group_settings_allow(before, committer, GROUP_RIGHT_EDIT))
                return GROUP_NOT_ALLOWED;
        if (before->rights != after->rights && !group_settings_is_admin(before, committer))
                return GROUP_NOT_ALLOWED;
        if (renamed) {
                change = note(review, GROUP_RENAME);
                memcpy(change->name, after->name, sizeof(change->name));
        }
        if (timed)
                note(review, GROUP_SET_TIMER)->number = after->expires_after_s;
        if (before->rights != after->rights)
                note(review, GROUP_SET_RIGHTS)->number = after->rights;
        return review_admins(review);
}

/* Who comes back takes the place of their own leaf; that name and identity key are the same says
 * check_credential(). */
static int review_return(Review *review)
{
        const MlsCommitView *view = review->view;
        GroupChange *change;

        for (size_t i = 0; i < view->proposal_count; i++) {
                const MlsProposal *proposal = &view->proposals[i].proposal;

                if (proposal->type == MLS_PROPOSAL_REMOVE)
                        review->removed++;
                else if (proposal->type != MLS_PROPOSAL_EXTERNAL_INIT)
                        return GROUP_NOT_ALLOWED;
        }
        if (review->removed != 1)
                return GROUP_NOT_ALLOWED;
        change = note(review, GROUP_REPLACE);
        change->member = review->committer;
        change->replaced_identity_key = review->committer.identity_key;
        return 0;
}

static int review_committer(Review *review)
{
        const MlsCommitView *view = review->view;
        const MlsLeafNode *leaf = view->committer_type == MLS_SENDER_MEMBER
                                                  ? mls_group_member(view->group, view->committer)
                                                  : view->leaf;

        if (!leaf || group_member_of(leaf, view->committer, &review->before, &review->committer) != 0)
                return MLS_BAD_CREDENTIAL;
        review->rules->actor = review->committer;
        review->rules->has_actor = true;
        return view->leaf ? 0 : GROUP_NOT_ALLOWED;
}

static int review_commit(Review *review)
{
        const MlsCommitView *view = review->view;
        int r;

        if (group_settings_read(mls_group_extensions(view->group), &review->before) != 0)
                return GROUP_BAD_SETTINGS;
        r = review_committer(review);
        if (r == 0)
                r = group_settings_read(view->extensions, &review->after);
        if (r != 0)
                return r;
        if (view->committer_type == MLS_SENDER_NEW_MEMBER_COMMIT) {
                r = review_return(review);
        } else {
                r = review_proposals(review);
                if (r == 0)
                        r = review_settings(review);
        }
        if (r == 0 &&
            mls_group_member_count(view->group) + review->added - review->removed > GROUP_MEMBERS_MAX &&
            review->added > 0)
                r = GROUP_TOO_MANY;
        if (r == 0)
                r = group_member_of(view->leaf, view->committer, &review->after,
                                    &note(review, GROUP_RENEW)->member);
        return r;
}

static int check_commit(void *userdata, const MlsCommitView *view)
{
        GroupRules *rules = userdata;
        Review review = {.rules = rules, .view = view};

        free(rules->changes);
        rules->change_count = 0;
        rules->changes = calloc(view->proposal_count + SETTINGS_CHANGES_MAX, sizeof(*rules->changes));
        if (!rules->changes)
                return -ENOMEM;
        rules->broken = review_commit(&review);
        return rules->broken;
}

/* To leave is all that may be proposed by itself. Administrators step down before. */
static int check_proposal(void *userdata, const MlsGroup *group, const MlsProposal *proposal,
                          MlsSender sender)
{
        GroupRules *rules = userdata;
        GroupSettings settings;

        if (sender.type != MLS_SENDER_MEMBER ||
            group_settings_read(mls_group_extensions(group), &settings) != 0 ||
            group_member_of(mls_group_member(group, sender.index), sender.index, &settings, &rules->actor) !=
                            0)
                return MLS_FORBIDDEN;
        rules->has_actor = true;
        if (proposal->type == MLS_PROPOSAL_REMOVE && proposal->removed == sender.index &&
            rules->actor.role != GROUP_ROLE_ADMIN)
                return 0;
        rules->broken = GROUP_NOT_ALLOWED;
        return rules->broken;
}

static int check_credential(void *userdata, const MlsLeafNode *leaf, const MlsLeafNode *predecessor)
{
        GroupMember member, before;
        int r;

        r = group_leaf_verify(leaf, &member);
        if (r != 0 || !predecessor)
                return r;
        r = group_leaf_read(predecessor, &before);
        if (r != 0)
                return r;
        return strcmp(member.address.name, before.address.name) == 0 &&
                                               group_same_key(&member.identity_key, &before.identity_key)
                               ? 0
                               : MLS_BAD_CREDENTIAL;
}

void group_rules_init(GroupRules *rules)
{
        *rules = (GroupRules){0};
        rules->policy = (MlsPolicy){
                        .userdata = rules,
                        .check_credential = check_credential,
                        .check_proposal = check_proposal,
                        .check_commit = check_commit,
                        .extension_types = group_extension_types(),
                        .lifetime_max_s = GROUP_PACKAGE_LIFETIME_MS / 1000 + MLS_CLOCK_SKEW,
        };
}

void group_rules_deinit(GroupRules *rules)
{
        free(rules->changes);
        rules->changes = NULL;
}
