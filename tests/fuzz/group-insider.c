/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an ordinary member has signed, whatever it says, at an administrator's: of all that, only the wish to
 * leave is taken in, as the key schedule of a commit is out of reach here. What is refused leaves not a byte
 * different.
 */
#include "tests/fuzz/group-party.h"
#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static GroupSession *session;
        static MlsBuffer before;
        GroupParty *all = group_party();
        const E2eeContext *context = &all->members[0].context;
        MlsBuffer message, after;
        GroupEvent event;
        int r;

        if (!session) {
                MlsBuffer stored = group_party_store(all->members[0].session);

                group_party_expect(group_party_load(mls_slice_of(&stored), context, &session) == 0);
                before = stored;
        }
        message = party_insider_message(all->members[1].session->mls, mls_slice(data, size));
        r = group_session_receive(session, mls_slice_of(&message), context, &event);
        group_party_expect(r >= 0);
        mls_buffer_deinit(&message);
        if (r == 0)
                group_party_expect(event.kind == GROUP_EVENT_WANTS_TO_LEAVE &&
                                   strcmp(event.sender.address.name, "ben") == 0);
        group_event_deinit(&event);
        after = group_party_store(session);
        group_party_expect(r == 0 || mls_slice_equal(mls_slice_of(&before), mls_slice_of(&after)));
        mls_buffer_deinit(&after);
        if (r == 0) {
                mls_buffer_deinit(&before);
                session = group_session_free(session);
        }
        return 0;
}
