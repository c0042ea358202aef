/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commits of ours, from the wish until the server has taken one. */
#include <errno.h>

#include "e2ee/group-draft.h"
#include "e2ee/group-rules.h"

static bool settings_differ(const GroupSettings *a, const GroupSettings *b)
{
        return strcmp(a->name, b->name) != 0 || a->expires_after_s != b->expires_after_s ||
               a->rights != b->rights || !group_settings_equal_admins(a, b);
}

static int commit_proposals(GroupDraft *d, GroupRules *rules, GroupCommit *out)
{
        __attribute__((cleanup(group_leaf_deinit))) GroupLeaf leaf = {0};
        MlsGroup *mls = d->session->mls;
        MlsCommitOptions options = {.proposals = d->proposals, .client = &leaf.client};
        MlsCommitResult result;
        MLS_WRITER(extensions);
        int r;

        if (settings_differ(&d->settings, &d->session->settings)) {
                r = group_settings_write(&d->settings, &extensions);
                if (r != 0)
                        return r;
                d->proposals[d->count++] = (MlsProposal){.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                                         .extensions = mls_written(&extensions)};
        }
        if (d->count == 0 && !d->renew && !group_session_wants_commit(d->session))
                return GROUP_NOTHING_TO_DO;
        options.proposal_count = d->count;
        r = group_leaf_init(&leaf, d->self, d->context);
        if (r == 0)
                r = mls_group_commit(mls, &options, &rules->policy, d->context, &result);
        if (r != 0)
                return r;
        if (result.commit.size > GROUP_COMMIT_MAX || result.welcome.size > GROUP_WELCOME_MAX) {
                mls_commit_result_deinit(&result);
                mls_group_drop_commit(mls);
                return GROUP_TOO_MANY;
        }
        out->commit = result.commit;
        out->welcome = result.welcome;
        return 0;
}

/* What the commit is for, and what it will have changed, stay with the group until it is accepted. */
static int keep_wish(GroupSession *session, const GroupRules *rules, const GroupChange *changes,
                     size_t count)
{
        MlsBuffer wish = {0}, pending_changes = {0};
        int r;

        r = group_changes_write(changes, count, &wish);
        if (r == 0)
                r = group_changes_write(rules->changes, rules->change_count, &pending_changes);
        if (r != 0) {
                mls_buffer_deinit(&wish);
                mls_group_drop_commit(session->mls);
                return r;
        }
        group_session_forget_wish(session);
        session->wish = wish;
        session->has_wish = true;
        session->pending_changes = pending_changes;
        return 0;
}

static void free_proposals(MlsProposal **proposals)
{
        free(*proposals);
}

static int commit(GroupSession *session, const GroupSelf *self, const GroupChange *changes, size_t count,
                  bool again, const E2eeContext *context, GroupCommit *out)
{
        __attribute__((cleanup(group_rules_deinit))) GroupRules rules;
        __attribute__((cleanup(free_proposals))) MlsProposal *proposals = NULL;
        GroupDraft d = {.session = session,
                        .self = self,
                        .context = context,
                        .again = again,
                        .settings = session->settings};
        GroupMember us;
        int r;

        *out = (GroupCommit){.epoch = group_session_epoch(session)};
        group_rules_init(&rules);
        if (!group_session_is_active(session))
                return MLS_NOT_ACTIVE;
        if (group_session_has_pending(session))
                return MLS_COMMIT_PENDING;
        if (!group_session_self(session, &us) || !group_member_is(&us, self))
                return GROUP_UNKNOWN_MEMBER; /* as everybody else would say */
        if (count > GROUP_CHANGES_MAX)
                return GROUP_TOO_MANY;
        d.proposals = proposals = calloc(2 * count + 1, sizeof(*proposals));
        if (!proposals)
                return -ENOMEM;
        r = group_draft_changes(&d, changes, count, &out->refused);
        if (r == 0)
                r = commit_proposals(&d, &rules, out);
        if (r == 0)
                r = keep_wish(session, &rules, changes, count);
        if (r != 0) {
                group_commit_deinit(out);
                return group_rules_refusal(&rules, r);
        }
        return 0;
}

int group_session_commit(GroupSession *session, const GroupSelf *self, const GroupChange *changes,
                         size_t count, const E2eeContext *context, GroupCommit *out)
{
        return commit(session, self, changes, count, false, context, out);
}

int group_session_rebase(GroupSession *session, const GroupSelf *self, const E2eeContext *context,
                         GroupCommit *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer wish = {0};
        GroupChange *changes;
        size_t count;
        int r;

        *out = (GroupCommit){.epoch = group_session_epoch(session)};
        if (!session->has_wish)
                return GROUP_NOTHING_TO_DO;
        r = mls_buffer_init(&wish, mls_slice_of(&session->wish));
        if (r == 0)
                r = group_changes_read(mls_slice_of(&wish), &changes, &count);
        if (r != 0)
                return r;
        r = commit(session, self, changes, count, true, context, out);
        free(changes);
        if (r == GROUP_NOTHING_TO_DO)
                group_session_forget_wish(session);
        return r;
}

bool group_session_has_pending(const GroupSession *session)
{
        return mls_group_has_pending(session->mls);
}

bool group_session_wants_rebase(const GroupSession *session)
{
        return session->has_wish && !group_session_has_pending(session) && group_session_is_active(session);
}

void group_session_withdraw(GroupSession *session)
{
        mls_group_drop_commit(session->mls);
        group_session_forget_wish(session);
}

void group_commit_deinit(GroupCommit *commit)
{
        mls_buffer_deinit(&commit->commit);
        mls_buffer_deinit(&commit->welcome);
}
