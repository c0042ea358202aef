/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-result.h"

#include <errno.h>

#include "daemon/cleanup.h"
#include "daemon/group-rejoin.h"
#include "daemon/log.h"
#include "daemon/outbox-result.h"
#include "daemon/pause.h"
#include "wire/error.h"

static void session_freep(GroupSession **session)
{
        group_session_free(*session);
}

int group_result_accepted(Store *store, const PeerSelf *self, int64_t contact, GroupResult *out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(session_freep) GroupSession *session = NULL;
        _cleanup_(group_event_deinit) GroupEvent event = {0};
        GroupRecord record;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : 0;
        r = group_rejoin_accepted(store, self, &record);
        if (r <= 0) {
                out->is_settled = true;
                return r < 0 ? r : store_commit(&transaction);
        }
        r = store_group_load(store, contact, &session);
        if (r < 0)
                return r;
        r = group_session_accept(session, &event);
        if (r < 0)
                return r;
        /* GROUP_NOTHING_TO_DO: it came back from the server, by another way, before this answer. */
        r = r == 0 ? group_take_changes(store, self, &record, session, &event)
                   : store_group_commit_delete(store, contact);
        if (r == 0)
                r = store_group_save(store, contact, session, false);
        if (r == 0)
                r = store_group_update(store, &record);
        if (r < 0)
                return r;
        out->is_settled = true;
        return store_commit(&transaction);
}

static uint32_t pause_of(const Wire__Error *error)
{
        uint32_t wait_ms = error->retry_after_ms ? error->retry_after_ms : PAUSE_BUSY_MS;

        return wait_ms < PAUSE_MAX_MS ? wait_ms : PAUSE_MAX_MS;
}

/* It has certainly not reached the group. */
static int withdraw(Store *store, const GroupRecord *record)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        int r;

        r = store_group_load(store, record->contact, &session);
        if (r < 0)
                return r;
        group_session_withdraw(session);
        r = store_group_save(store, record->contact, session, false);
        return r < 0 ? r : store_group_commit_delete(store, record->contact);
}

/* It is too late to come back in this way: as far as we are, so we stay. */
static int give_up_return(Store *store, const GroupRecord *record, const Wire__Error *error, GroupResult *out)
{
        if (error->code == WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED ||
            error->code == WIRE__ERROR_CODE__ERROR_CODE_BUSY) {
                out->pause_ms = pause_of(error);
                return 0;
        }
        out->is_settled = true;
        return group_rejoin_given_up(store, record);
}

/* The server says that we are not on its list: only somebody of the group can tell whether it is right. */
static int lose(Store *store, GroupRecord *record)
{
        int r;

        if (!group_standing_is_in(record->standing)) /* who has us out said so before the server did */
                return store_group_commit_delete(store, record->contact);
        record->standing = GROUP_STANDING_LOST;
        record->behind = false;
        r = store_group_commit_delete(store, record->contact);
        if (r == 0)
                r = group_note_once(store, record->contact, MESSAGE_GROUP_LOST, NULL);
        return r < 0 ? r : store_group_update(store, record);
}

static int apply_refusal(Store *store, GroupRecord *record, const Wire__Error *error, GroupResult *out)
{
        switch ((int)error->code) { /* the others are all alike */
        case WIRE__ERROR_CODE__ERROR_CODE_STALE_EPOCH:
                record->behind = true;
                return store_group_update(store, record);
        case WIRE__ERROR_CODE__ERROR_CODE_RATE_LIMITED:
        case WIRE__ERROR_CODE__ERROR_CODE_BUSY:
        case WIRE__ERROR_CODE__ERROR_CODE_UNSPECIFIED:
                out->pause_ms = pause_of(error);
                return 0;
        case WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP:
                out->is_settled = true;
                out->problem = PROBLEM_NOT_A_MEMBER;
                return lose(store, record);
        default:
                log_warning("groups", 0, "the server refuses a commit: %s", wire_error_name(error->code));
                out->is_settled = true;
                out->problem = problem_from_wire(error->code);
                return withdraw(store, record);
        }
}

int group_result_refused(Store *store, int64_t contact, const Wire__Error *error, GroupResult *out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        GroupRecord record;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : 0;
        if (record.standing == GROUP_STANDING_LOST) {
                r = give_up_return(store, &record, error, out);
                return r < 0 ? r : store_commit(&transaction);
        }
        if (error->code == WIRE__ERROR_CODE__ERROR_CODE_STALE_EPOCH) {
                r = store_group_commit_set_late(store, contact);
                if (r < 0)
                        return r;
        }
        r = apply_refusal(store, &record, error, out);
        return r < 0 ? r : store_commit(&transaction);
}

int group_result_not_in(Store *store, int64_t contact)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        OutboxEntry entry;
        GroupRecord record;
        int r;

        r = store_begin(store, &transaction);
        if (r < 0)
                return r;
        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : 0;
        while ((r = store_outbox_first(store, contact, &entry)) == 0) {
                r = outbox_fail(store, &entry, PROBLEM_NOT_A_MEMBER);
                if (r < 0)
                        return r;
        }
        if (r >= 0)
                r = lose(store, &record);
        return r < 0 ? r : store_commit(&transaction);
}

int group_result_not_caught_up(Store *store, int64_t contact, const Wire__Error *error, GroupResult *out)
{
        GroupRecord record;
        int r;

        r = store_group_get(store, contact, &record);
        if (r != 0)
                return r < 0 ? r : 0;
        if (error->code != WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP) {
                out->pause_ms = pause_of(error);
                return 0;
        }
        out->problem = PROBLEM_NOT_A_MEMBER;
        return lose(store, &record);
}
