/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the PSKs of a commit come from (RFC 9420 sections 8.4 and 8.6). */
#include "e2ee/mls/group-state.h"
#include "e2ee/wipe.h"

int mls_find_psk(const MlsGroup *group, const MlsPolicy *policy, const MlsPskId *id, MlsBuffer *out)
{
        MlsSecret secret;
        int r = MLS_UNKNOWN_PSK;
        E2EE_WIPE(secret);

        *out = (MlsBuffer){0};
        if (group && id->type == MLS_PSK_RESUMPTION &&
            mls_slice_equal(id->group_id, mls_slice_of(&group->id)) &&
            mls_group_resumption_psk(group, id->epoch, &secret) == 0)
                return mls_buffer_init(out, mls_secret_slice(&secret));
        if (policy && policy->find_psk)
                r = mls_refuse(policy->find_psk(policy->userdata, id, out), MLS_UNKNOWN_PSK);
        return r;
}

int mls_group_psk_secret(const MlsGroup *group, const MlsPolicy *policy, const MlsCommitProposal *proposals,
                         size_t count, MlsSecret *out)
{
        unsigned total = 0, index = 0;
        int r = 0;

        *out = (MlsSecret){0};
        for (size_t i = 0; i < count; i++)
                total += proposals[i].proposal.type == MLS_PROPOSAL_PSK;
        for (size_t i = 0; r == 0 && i < count; i++) {
                __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer psk = {0};

                if (proposals[i].proposal.type != MLS_PROPOSAL_PSK)
                        continue;
                r = mls_find_psk(group, policy, &proposals[i].proposal.psk, &psk);
                if (r == 0)
                        r = mls_add_psk(out, &proposals[i].proposal.psk, mls_slice_of(&psk), index++, total);
        }
        return r;
}
