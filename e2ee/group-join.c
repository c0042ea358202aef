/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coming in by a welcome, and coming back by an external commit. */
#include "e2ee/group-package.h"
#include "e2ee/group-rules.h"
#include "e2ee/mls/message.h"
#include "e2ee/mls/ratchet-tree.h"
#include "e2ee/wipe.h"

/* The first of our packages that the welcome names. 0, MLS_UNKNOWN_KEY_PACKAGE, or a negative errno. */
static int find_package(const MlsWelcome *welcome, const GroupPackageSource *packages, GroupReference *used,
                        MlsBuffer *secret_part)
{
        ByteReader reader = mls_reader(welcome->secrets);
        MlsEncryptedGroupSecrets entry;
        int r;

        if (welcome->secret_count > GROUP_MEMBERS_MAX)
                return GROUP_TOO_MANY;
        for (size_t i = 0; i < welcome->secret_count; i++) {
                mls_read_encrypted_group_secrets(&reader, &entry);
                if (entry.new_member.size != sizeof(used->bytes))
                        continue;
                memcpy(used->bytes, entry.new_member.data, sizeof(used->bytes));
                r = packages->find(packages->userdata, used, secret_part);
                if (r <= 0)
                        return r;
        }
        return MLS_UNKNOWN_KEY_PACKAGE;
}

/* Our leaf says that it is ours. */
static int check_own_leaf(const GroupSession *session, const GroupSelf *self)
{
        GroupMember us;

        return group_session_self(session, &us) && group_member_is(&us, self) &&
                                               us.address.device_id == self->address.device_id
                               ? 0
                               : MLS_UNKNOWN_KEY_PACKAGE;
}

static int check_inviter(const GroupSession *session, GroupMember *inviter)
{
        if (!group_session_member_at(session, mls_group_inviter(session->mls), inviter))
                return MLS_FORGED;
        return group_settings_allow(&session->settings, inviter->address.name, GROUP_RIGHT_ADD)
                               ? 0
                               : GROUP_NOT_ALLOWED;
}

static int enter(MlsGroup **mls, const GroupSelf *self, GroupSession **out)
{
        int r;

        r = group_rules_check_whole(*mls);
        if (r == 0)
                r = group_session_wrap(mls, out);
        if (r != 0)
                return r;
        mls_group_keep_epochs((*out)->mls, GROUP_PAST_EPOCHS);
        return check_own_leaf(*out, self);
}

static int join(const GroupSelf *self, MlsSlice welcome, const GroupPackageSecret *package,
                const E2eeContext *context, GroupSession **out, GroupJoined *joined)
{
        __attribute__((cleanup(group_rules_deinit))) GroupRules rules;
        __attribute__((cleanup(mls_group_freep))) MlsGroup *mls = NULL;
        int r;

        group_rules_init(&rules);
        r = mls_group_join(welcome, package->encoded, &package->secrets, (MlsSlice){0}, NULL, &rules.policy,
                           context, &mls);
        if (r == 0)
                r = enter(&mls, self, out);
        if (r == 0)
                r = check_inviter(*out, &joined->inviter);
        return r;
}

int group_session_join(const GroupSelf *self, MlsSlice welcome, const GroupPackageSource *packages,
                       const E2eeContext *context, GroupSession **out, GroupJoined *joined)
{
        __attribute__((cleanup(group_session_freep))) GroupSession *session = NULL;
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer secret_part = {0};
        GroupPackageSecret package;
        MlsMessage message;
        int r;
        E2EE_WIPE(package);

        *out = NULL;
        *joined = (GroupJoined){0};
        if (welcome.size > GROUP_MESSAGE_MAX)
                return MLS_TOO_LARGE;
        r = mls_decode_message(welcome, &message);
        if (r != 0)
                return r;
        if (message.wire_format != MLS_WELCOME)
                return MLS_UNSUPPORTED;
        r = find_package(&message.welcome, packages, &joined->used, &secret_part);
        if (r == 0)
                r = group_package_read_secret(mls_slice_of(&secret_part), &package);
        if (r == 0)
                r = join(self, welcome, &package, context, &session, joined);
        if (r != 0)
                return r;
        joined->kind = package.kind;
        *out = session;
        session = NULL;
        return 0;
}

int group_session_info(const GroupSession *session, const E2eeContext *context, MlsBuffer *info)
{
        return mls_group_info(session->mls, true, context, info);
}

/* The leaf in the tree of a group info that is ours: our name, and our identity key. */
static int find_old_leaf(MlsSlice info, const GroupSelf *self, const E2eeContext *context, uint32_t *leaf)
{
        MlsMessage message;
        GroupMember member;
        MlsSlice encoded;
        MlsTree tree;
        int r;

        r = mls_decode_message(info, &message);
        if (r != 0)
                return r;
        if (message.wire_format != MLS_GROUP_INFO)
                return MLS_UNSUPPORTED;
        if (!mls_find_extension(message.group_info.extensions, MLS_EXTENSION_RATCHET_TREE, &encoded))
                return MLS_NO_TREE;
        r = mls_tree_decode(&tree, encoded, context);
        if (r == 0)
                r = GROUP_UNKNOWN_MEMBER;
        for (uint32_t i = 0; r == GROUP_UNKNOWN_MEMBER && i < tree.leaves; i++) {
                const MlsLeaf *found = mls_tree_leaf(&tree, i);

                if (found && group_leaf_read(&found->node, &member) == 0 && group_member_is(&member, self)) {
                        *leaf = i;
                        r = 0;
                }
        }
        mls_tree_deinit(&tree);
        return r;
}

int group_session_rejoin(const GroupSelf *self, MlsSlice info, const E2eeContext *context,
                         GroupSession **out, GroupCommit *commit)
{
        __attribute__((cleanup(group_session_freep))) GroupSession *session = NULL;
        __attribute__((cleanup(group_rules_deinit))) GroupRules rules;
        __attribute__((cleanup(group_leaf_deinit))) GroupLeaf leaf = {0};
        __attribute__((cleanup(mls_group_freep))) MlsGroup *mls = NULL;
        MlsExternalJoin join = {.group_info = info};
        int r;

        *out = NULL;
        *commit = (GroupCommit){0};
        group_rules_init(&rules);
        r = find_old_leaf(info, self, context, &join.replaced);
        if (r == 0)
                r = group_leaf_init(&leaf, self, context);
        if (r == 0)
                r = mls_group_join_external(&join, &leaf.client, &rules.policy, context, &mls,
                                            &commit->commit);
        if (r == 0) {
                commit->epoch = mls_group_epoch(mls) - 1;
                r = enter(&mls, self, &session);
        }
        if (r != 0) {
                group_commit_deinit(commit);
                return group_rules_refusal(&rules, r);
        }
        *out = session;
        session = NULL;
        return 0;
}
