/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups that continue another (RFC 9420 section 11.2), or branch from it (section 11.3). */
#include <errno.h>

#include "e2ee/mls/group-state.h"

/* The resumption PSK of the group that the new one comes from. */
typedef struct Origin {
        const MlsGroup *group;
        const MlsPolicy *policy;
} Origin;

static int find_origin_psk(void *userdata, const MlsPskId *id, MlsBuffer *out)
{
        const Origin *origin = userdata;

        return mls_find_psk(origin->group, origin->policy, id, out);
}

static int first_commit(MlsGroup *created, const MlsGroup *origin, MlsPskUsage usage,
                        const MlsProposal *adds, size_t add_count, const MlsPolicy *policy,
                        const E2eeContext *context, MlsCommitResult *result)
{
        Origin source = {.group = origin, .policy = policy};
        MlsPolicy with_psk = {.userdata = &source, .find_psk = find_origin_psk};
        MlsProposal *proposals = calloc(add_count + 1, sizeof(*proposals));
        int r;

        if (!proposals)
                return -ENOMEM;
        proposals[0] = (MlsProposal){.type = MLS_PROPOSAL_PSK,
                                     .psk = {.type = MLS_PSK_RESUMPTION,
                                             .usage = usage,
                                             .group_id = mls_group_id(origin),
                                             .epoch = mls_group_epoch(origin)}};
        if (add_count > 0)
                memcpy(proposals + 1, adds, add_count * sizeof(*proposals));
        if (policy)
                with_psk.extension_types = policy->extension_types;
        created->successor_usage = usage;
        r = mls_group_commit(created,
                             &(MlsCommitOptions){.proposals = proposals, .proposal_count = add_count + 1},
                             &with_psk, context, result);
        created->successor_usage = 0;
        free(proposals);
        if (r == 0)
                r = mls_group_keep_commit(created, NULL, NULL);
        mls_buffer_deinit(&result->commit);
        return r;
}

/* The credentials of those who are added are the application's to check, as anywhere. */
static int check_adds(const MlsProposal *adds, size_t add_count, const MlsPolicy *policy)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < add_count; i++) {
                if (adds[i].type != MLS_PROPOSAL_ADD)
                        return MLS_INVALID_PROPOSAL;
                if (policy && policy->check_credential)
                        r = mls_refuse(policy->check_credential(policy->userdata, &adds[i].add.leaf_node,
                                                                NULL),
                                       MLS_BAD_CREDENTIAL);
        }
        return r;
}

int mls_group_create_successor(const MlsGroup *group, MlsPskUsage usage, const MlsClient *client,
                               MlsSlice group_id, MlsSlice extensions, const MlsProposal *adds,
                               size_t add_count, const MlsPolicy *policy, const E2eeContext *context,
                               MlsGroup **out, MlsCommitResult *result)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *created = NULL;
        MlsReInit reinit;
        int r;

        *out = NULL;
        *result = (MlsCommitResult){0};
        if (usage == MLS_PSK_FOR_REINIT) {
                if (!mls_group_reinit(group, &reinit))
                        return MLS_NOT_ACTIVE;
                if (reinit.version != MLS_VERSION || reinit.cipher_suite != MLS_CIPHER_SUITE)
                        return MLS_UNSUPPORTED;
                group_id = reinit.group_id;
                extensions = reinit.extensions;
        } else if (usage != MLS_PSK_FOR_BRANCH || group->status != MLS_GROUP_ACTIVE) {
                return MLS_NOT_ACTIVE;
        }
        r = check_adds(adds, add_count, policy);
        if (r == 0)
                r = mls_group_create(client, group_id, extensions, policy, context, &created);
        if (r == 0)
                r = first_commit(created, group, usage, adds, add_count, policy, context, result);
        if (r != 0) {
                mls_commit_result_deinit(result);
                return r;
        }
        *out = created;
        created = NULL;
        return 0;
}
