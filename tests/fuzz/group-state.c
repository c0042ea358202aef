/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stored session, which nobody but ourselves writes: what is accepted is written the same, and can be
 * worked with.
 */
#include "tests/fuzz/group-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void work_with(GroupSession *session, const GroupPartyMember *member)
{
        GroupChange renew = {.kind = GROUP_RENEW};
        GroupCommit commit;
        MlsBuffer message;
        GroupEvent event;

        if (group_session_wants_rebase(session)) {
                if (group_session_rebase(session, &member->self, &member->context, &commit) == 0)
                        group_commit_deinit(&commit);
        } else if (!group_session_has_pending(session) &&
                   group_session_commit(session, &member->self, &renew, 1, &member->context, &commit) == 0) {
                group_commit_deinit(&commit);
        }
        if (group_session_accept(session, &event) == 0)
                group_event_deinit(&event);
        if (group_session_send(session, mls_string("hello"), &member->context, &message) == 0)
                mls_buffer_deinit(&message);
        group_session_leave(session, &member->context, &message);
        mls_buffer_deinit(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const GroupParty *all = group_party();
        GroupPartyMember first = all->members[0];
        GroupSession *session;
        MlsBuffer again;

        first.context.userdata = &first.random;
        first.self.identity = &first.identity;
        if (group_party_load(mls_slice(data, size), &first.context, &session) != 0)
                return 0;
        again = group_party_store(session);
        group_party_expect(mls_slice_equal(mls_slice_of(&again), mls_slice(data, size)));
        mls_buffer_deinit(&again);
        work_with(session, &first);
        group_session_free(session);
        return 0;
}
