/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-outbox.h"

#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/group-receive.h"
#include "daemon/group-result.h"
#include "daemon/group.h"
#include "daemon/log.h"
#include "daemon/outbox-result.h"
#include "daemon/pause.h"
#include "daemon/sealing.h"

/* How often a group's epoch is compared with the server's while the mailbox brings what is missing, before that is fetched. */
enum { CATCH_UP_TRIES = 20, CATCH_UP_MS = 500 };

struct GroupOutbox {
        Store *store;
        const PeerSelf *self;
        ServerLink *link;
        const GroupOutboxHandler *handler;
        void *userdata;
        Pause *pause;
        bool under_way;
        int64_t contact; /* of a commit, a question, or a message */
        GroupId goodbye;
        GHashTable *caught_up; /* since there is a connection: contacts of groups that are in the server's epoch */
        unsigned tries;
};

static void on_resumed(void *userdata)
{
        group_outbox_pump(userdata);
}

GroupOutbox *group_outbox_new(Store *store, const PeerSelf *self, ServerLink *link,
                              const GroupOutboxHandler *handler, void *userdata)
{
        GroupOutbox *outbox = calloc(1, sizeof(*outbox));

        if (!outbox)
                return NULL;
        outbox->store = store;
        outbox->self = self;
        outbox->link = link;
        outbox->handler = handler;
        outbox->userdata = userdata;
        outbox->caught_up = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        outbox->pause = pause_new(on_resumed, outbox);
        return outbox->pause ? outbox : group_outbox_free(outbox);
}

GroupOutbox *group_outbox_free(GroupOutbox *outbox)
{
        if (!outbox)
                return NULL;
        pause_free(outbox->pause);
        g_hash_table_unref(outbox->caught_up);
        free(outbox);
        return NULL;
}

/* What to do after any answer. */
static bool go_on(GroupOutbox *outbox, int result, uint32_t pause_ms)
{
        outbox->under_way = false;
        if (result < 0) {
                log_error("groups", result, "cannot store what the server said");
                pause_ms = PAUSE_TROUBLE_MS;
        }
        if (pause_ms > 0)
                pause_for(outbox->pause, pause_ms);
        outbox->handler->changed(outbox->userdata);
        return true;
}

static const Wire__Error *error_of(const Wire__ServerFrame *frame)
{
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR)
                return frame->error;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_SEND_RESULT && frame->send_result->n_refused > 0)
                return frame->send_result->refused[0]->error;
        return NULL;
}

static bool is_stored(const Wire__ServerFrame *frame)
{
        return frame->body_case == WIRE__SERVER_FRAME__BODY_SEND_RESULT && frame->send_result->n_stored > 0;
}

/* ---- Commits ---- */

static bool on_commit_answer(void *userdata, const Wire__ServerFrame *frame)
{
        GroupOutbox *outbox = userdata;
        const Wire__Error *error = error_of(frame);
        int64_t contact = outbox->contact;
        GroupResult result = {0};
        int r = 0;

        if (is_stored(frame))
                r = group_result_accepted(outbox->store, outbox->self, contact, &result);
        else if (error)
                r = group_result_refused(outbox->store, contact, error, &result);
        else
                result.pause_ms = PAUSE_TROUBLE_MS;
        if (r == 0 && result.is_settled)
                outbox->handler->settled(outbox->userdata, contact, result.problem);
        return go_on(outbox, r, result.pause_ms);
}

/* The names of a list with spaces between them; for g_strfreev(). */
static char **split_names(const char *names, size_t *count_out)
{
        char **list = names[0] ? g_strsplit(names, " ", -1) : g_new0(char *, 1);

        *count_out = g_strv_length(list);
        return list;
}

static int send_commit_row(void *userdata, const GroupCommitRow *row)
{
        GroupOutbox *outbox = userdata;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__GroupSend body = WIRE__GROUP_SEND__INIT;
        Wire__GroupCommit commit = WIRE__GROUP_COMMIT__INIT;
        g_auto(GStrv) added = split_names(row->added, &commit.n_added);
        g_auto(GStrv) removed = split_names(row->removed, &commit.n_removed);

        commit.epoch = row->epoch;
        commit.added = added;
        commit.removed = removed;
        commit.welcome = (ProtobufCBinaryData){row->welcome.size, (uint8_t *)row->welcome.data};
        if (row->has_in_spite_of)
                commit.in_spite_of = (ProtobufCBinaryData){sizeof(row->in_spite_of.bytes),
                                                           (uint8_t *)row->in_spite_of.bytes};
        body.group = (ProtobufCBinaryData){sizeof(row->id.bytes), (uint8_t *)row->id.bytes};
        body.id = (ProtobufCBinaryData){sizeof(row->envelope_id.bytes), (uint8_t *)row->envelope_id.bytes};
        body.payload = (ProtobufCBinaryData){row->payload.size, (uint8_t *)row->payload.data};
        body.commit = &commit;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_GROUP_SEND;
        frame.group_send = &body;
        outbox->contact = row->contact;
        return server_link_send(outbox->link, &frame, on_commit_answer, outbox);
}

/* ---- What is missing ---- */

static bool on_fetch_answer(void *userdata, const Wire__ServerFrame *frame)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        GroupOutbox *outbox = userdata;
        const Wire__Error *error = error_of(frame);
        GroupResult result = {0};
        int64_t contact = outbox->contact;
        bool has_commit = false;
        int r;

        r = store_begin(outbox->store, &transaction);
        if (r < 0)
                return go_on(outbox, r, 0);
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_GROUP_COMMITS)
                r = group_take_commits(outbox->store, outbox->self, contact, frame->group_commits);
        else if (error)
                r = group_result_not_caught_up(outbox->store, contact, error, &result);
        if (r == 0)
                r = store_group_commit_exists(outbox->store, contact, &has_commit);
        if (r == 0)
                r = store_commit(&transaction);
        if (r == 0 && !has_commit)
                outbox->handler->settled(outbox->userdata, contact, result.problem);
        return go_on(outbox, r, result.pause_ms);
}

static int fetch(GroupOutbox *outbox, GroupRecord *record, ConnectionAnswer answer)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__FetchGroup body = WIRE__FETCH_GROUP__INIT;

        outbox->contact = record->contact;
        body.group = (ProtobufCBinaryData){sizeof(record->id.bytes), record->id.bytes};
        body.from_epoch = record->epoch;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_FETCH_GROUP;
        frame.fetch_group = &body;
        return server_link_send(outbox->link, &frame, answer, outbox);
}

static int ask_for_commits(GroupOutbox *outbox)
{
        GroupRecord record;
        int r;

        r = store_group_first_behind(outbox->store, &record);
        return r != 0 ? r : fetch(outbox, &record, on_fetch_answer);
}

/* ---- In which epoch the others are ---- */

static void set_caught_up(GroupOutbox *outbox, int64_t contact)
{
        g_hash_table_add(outbox->caught_up, g_memdup2(&contact, sizeof(contact)));
        outbox->tries = 0;
}

/* The mailbox does not bring what is missing: it is fetched. */
static int set_behind(GroupOutbox *outbox, GroupRecord *record)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(outbox->store, &transaction);
        if (r < 0)
                return r;
        record->behind = true;
        r = store_group_update(outbox->store, record);
        return r < 0 ? r : store_commit(&transaction);
}

/* Any other answer than that we are behind says nothing against sending: the server will say why not. */
static bool on_epoch_answer(void *userdata, const Wire__ServerFrame *frame)
{
        GroupOutbox *outbox = userdata;
        GroupRecord record;
        int r;

        r = store_group_get(outbox->store, outbox->contact, &record);
        if (r != 0)
                return go_on(outbox, r < 0 ? r : 0, 0);
        if (frame->body_case != WIRE__SERVER_FRAME__BODY_GROUP_COMMITS || record.has_refused ||
            frame->group_commits->epoch <= record.epoch) {
                set_caught_up(outbox, record.contact);
                return go_on(outbox, 0, 0);
        }
        if (++outbox->tries < CATCH_UP_TRIES)
                return go_on(outbox, 0, CATCH_UP_MS);
        set_caught_up(outbox, record.contact);
        return go_on(outbox, set_behind(outbox, &record), 0);
}

/* ---- Messages ---- */

static bool on_message_answer(void *userdata, const Wire__ServerFrame *frame)
{
        GroupOutbox *outbox = userdata;
        const Wire__Error *error = error_of(frame);
        uint32_t pause_ms = 0;
        int r = 0;

        if (error && error->code == WIRE__ERROR_CODE__ERROR_CODE_NO_GROUP)
                r = group_result_not_in(outbox->store, outbox->contact);
        else if (frame->body_case == WIRE__SERVER_FRAME__BODY_SEND_RESULT)
                r = outbox_apply_result(outbox->store, frame->send_result, &pause_ms);
        else
                pause_ms = error && error->retry_after_ms ? error->retry_after_ms : PAUSE_TROUBLE_MS;
        return go_on(outbox, r, pause_ms);
}

static int send_payload(GroupOutbox *outbox, const GroupRecord *record, const EnvelopeId *envelope_id, MlsSlice payload)
{
        const GroupId *id = &record->id;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__GroupSend body = WIRE__GROUP_SEND__INIT;

        body.group = (ProtobufCBinaryData){sizeof(id->bytes), (uint8_t *)id->bytes};
        body.id = (ProtobufCBinaryData){sizeof(envelope_id->bytes), (uint8_t *)envelope_id->bytes};
        body.payload = (ProtobufCBinaryData){payload.size, (uint8_t *)payload.data};
        frame.body_case = WIRE__CLIENT_FRAME__BODY_GROUP_SEND;
        frame.group_send = &body;
        outbox->contact = record->contact;
        return server_link_send(outbox->link, &frame, on_message_answer, outbox);
}

static void session_freep(GroupSession **session)
{
        group_session_free(*session);
}

typedef struct Sealed {
        OutboxEntry entry;
        MlsBuffer payload;
} Sealed;

static void sealed_deinit(Sealed *sealed)
{
        mls_buffer_deinit(&sealed->payload);
}

/* Somebody wants to leave, and goes first. -EAGAIN: no commit came about, and looking again would not help. */
static int let_go_first(GroupOutbox *outbox, const GroupRecord *record, GroupSession *session)
{
        bool has_commit = false;
        int r;

        r = group_let_go(outbox->store, outbox->self, record, session);
        if (r == 0)
                r = store_group_commit_exists(outbox->store, record->contact, &has_commit);
        return r < 0 ? r : has_commit ? 0 : -EAGAIN;
}

static int seal(GroupOutbox *outbox, const GroupRecord *record, GroupSession *session, Sealed *sealed)
{
        _cleanup_(freep) uint8_t *plaintext = NULL;
        const E2eeContext context = clock_e2ee_context();
        OutboxEntry *entry = &sealed->entry;
        size_t size = 0;
        int r;

        r = seal_read_plaintext(outbox->store, entry, &plaintext, &size);
        if (r != 0)
                return r < 0 ? r : outbox_fail(outbox->store, entry, PROBLEM_TEXT_TOO_LONG);
        r = group_session_send(session, mls_slice(plaintext, size), &context, &sealed->payload);
        sodium_memzero(plaintext, size);
        if (r == MLS_COMMIT_FIRST)
                return let_go_first(outbox, record, session);
        if (r != 0)
                return r < 0 ? r : outbox_fail(outbox->store, entry, PROBLEM_NOT_A_MEMBER);
        randombytes_buf(entry->envelope_id.bytes, sizeof(entry->envelope_id.bytes));
        return store_outbox_set_envelope(outbox->store, entry->number, STORE_GROUP_DEVICE, &entry->envelope_id,
                                         sealed->payload.data, sealed->payload.size);
}

/* In a transaction of its own. The payload stays empty where something else has to go first. */
static int seal_entry_of_group(GroupOutbox *outbox, const GroupRecord *record, Sealed *sealed)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        _cleanup_(session_freep) GroupSession *session = NULL;
        int r;

        r = store_begin(outbox->store, &transaction);
        if (r < 0)
                return r;
        r = store_group_load(outbox->store, record->contact, &session);
        if (r == 0)
                r = seal(outbox, record, session, sealed);
        if (r == 0)
                r = store_group_save(outbox->store, record->contact, session, false);
        return r < 0 ? r : store_commit(&transaction);
}

static int take_entry(void *userdata, const OutboxEntry *entry)
{
        Sealed *sealed = userdata;

        sealed->entry = *entry;
        return entry->envelope ? mls_buffer_init(&sealed->payload, mls_slice(entry->envelope, entry->envelope_size))
                               : 0;
}

enum { LOOK_AGAIN = 2 }; /* beside STORE_GROUP_NONE */

static int send_message(GroupOutbox *outbox)
{
        _cleanup_(sealed_deinit) Sealed sealed = {0};
        GroupRecord record;
        int r;

        r = store_group_outbox_first(outbox->store, take_entry, &sealed);
        if (r != 0)
                return r < 0 ? r : STORE_GROUP_NONE;
        r = store_group_get(outbox->store, sealed.entry.contact, &record);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        /* What was written while there was no connection is sealed when the group is where the others are: of an epoch that is
         * long over, they have no keys any more. */
        if (!g_hash_table_contains(outbox->caught_up, &record.contact))
                return fetch(outbox, &record, on_epoch_answer);
        if (sealed.payload.size == 0) {
                r = seal_entry_of_group(outbox, &record, &sealed);
                if (r < 0)
                        return r;
                if (sealed.payload.size == 0)
                        return LOOK_AGAIN;
        }
        return send_payload(outbox, &record, &sealed.entry.envelope_id, mls_slice_of(&sealed.payload));
}

/* ---- Goodbyes ---- */

static bool on_goodbye_answer(void *userdata, const Wire__ServerFrame *frame)
{
        GroupOutbox *outbox = userdata;
        int r = 0;

        if (frame->body_case == WIRE__SERVER_FRAME__BODY_DONE)
                r = store_group_goodbye_delete(outbox->store, &outbox->goodbye);
        return go_on(outbox, r, frame->body_case == WIRE__SERVER_FRAME__BODY_DONE ? 0 : PAUSE_TROUBLE_MS);
}

static int send_goodbye(GroupOutbox *outbox)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__LeaveGroup body = WIRE__LEAVE_GROUP__INIT;
        int r;

        r = store_group_goodbye_first(outbox->store, &outbox->goodbye);
        if (r != 0)
                return r;
        body.group = (ProtobufCBinaryData){sizeof(outbox->goodbye.bytes), outbox->goodbye.bytes};
        frame.body_case = WIRE__CLIENT_FRAME__BODY_LEAVE_GROUP;
        frame.leave_group = &body;
        return server_link_send(outbox->link, &frame, on_goodbye_answer, outbox);
}

/* ---- The order of things ---- */

static int send_next(GroupOutbox *outbox)
{
        int r;

        do {
                r = store_group_commit_first(outbox->store, send_commit_row, outbox);
                if (r == STORE_GROUP_NONE)
                        r = ask_for_commits(outbox);
                if (r == STORE_GROUP_NONE)
                        r = send_message(outbox);
        } while (r == LOOK_AGAIN);
        return r == STORE_GROUP_NONE ? send_goodbye(outbox) : r;
}

void group_outbox_pump(GroupOutbox *outbox)
{
        int r;

        if (outbox->under_way || pause_is_on(outbox->pause) || server_link_state(outbox->link) != LINK_ONLINE)
                return;
        r = send_next(outbox);
        outbox->under_way = r == 0;
        if (r >= 0 || r == -ENOTCONN)
                return;
        log_error("groups", r, "cannot send");
        pause_for(outbox->pause, PAUSE_TROUBLE_MS);
}

void group_outbox_link_changed(GroupOutbox *outbox)
{
        if (server_link_state(outbox->link) == LINK_ONLINE) {
                group_outbox_pump(outbox);
                return;
        }
        outbox->under_way = false;
        outbox->tries = 0;
        g_hash_table_remove_all(outbox->caught_up);
}
