/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a group's store goes through when others, or the server, do what they should not. */
#include <errno.h>
#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/contact.h"
#include "daemon/group-receive.h"
#include "daemon/group-result.h"
#include "daemon/group-step.h"
#include "daemon/store-key-package.h"
#include "e2ee/group-session.h"
#include "tests/unit/daemon/side.h"

/* A commit as the server has it. */
typedef struct Sent {
        EnvelopeId id;
        uint64_t epoch;
        MlsBuffer payload, welcome;
        bool has_in_spite_of;
        EnvelopeId in_spite_of;
} Sent;

static void sent_clear(Sent *sent)
{
        mls_buffer_deinit(&sent->payload);
        mls_buffer_deinit(&sent->welcome);
}

static int copy_sent(void *userdata, const GroupCommitRow *row)
{
        Sent *sent = userdata;

        *sent = (Sent){
                        .id = row->envelope_id,
                        .epoch = row->epoch,
                        .has_in_spite_of = row->has_in_spite_of,
                        .in_spite_of = row->in_spite_of,
        };
        g_assert_cmpint(mls_buffer_init(&sent->payload, row->payload), ==, 0);
        return mls_buffer_init(&sent->welcome, row->welcome);
}

/* Alice has made it, and Bob is an ordinary member. */
typedef struct Family {
        Side alice, bob;
        int64_t at_alice, at_bob;
        GroupId id;
        MlsBuffer welcome; /* Bob's */
} Family;

static GroupRecord record_at(Side *side, int64_t contact)
{
        GroupRecord record;

        g_assert_cmpint(store_group_get(side->store, contact, &record), ==, 0);
        return record;
}

static GroupSession *session_at(Side *side, int64_t contact)
{
        GroupSession *session = NULL;

        g_assert_cmpint(store_group_load(side->store, contact, &session), ==, 0);
        return session;
}

/* The package that a server hands out again and again. */
static GroupChange invite(Side *side, MlsBuffer *keep)
{
        const E2eeContext context = clock_e2ee_context();
        GroupChange change = {.kind = GROUP_ADD};
        GroupPackage package;

        g_assert_cmpint(group_package_make(&side->self, GROUP_PACKAGE_LAST_RESORT, &context, &package), ==, 0);
        g_assert_cmpint(store_key_package_insert(side->store, &package, clock_now_ms()), ==, 0);
        g_assert_cmpint(mls_buffer_init(keep, mls_slice_of(&package.public_part)), ==, 0);
        change.package = mls_slice_of(keep);
        g_assert_cmpint(group_package_read(change.package, &context, &change.member), ==, 0);
        group_package_deinit(&package);
        return change;
}

static Sent queued(Side *side)
{
        Sent sent;

        g_assert_cmpint(store_group_commit_first(side->store, copy_sent, &sent), ==, 0);
        return sent;
}

static void commit_change(Side *side, int64_t contact, const GroupChange *change)
{
        size_t refused = 0;

        g_assert_cmpint(group_step_commit(side->store, &side->self, contact, change, 1, &refused), ==, 0);
}

static void accept_queued(Side *side, int64_t contact)
{
        GroupResult result = {0};

        g_assert_cmpint(group_result_accepted(side->store, &side->self, contact, &result), ==, 0);
        g_assert_true(result.is_settled);
}

static Sent make_commit(Side *side, int64_t contact, const GroupChange *change)
{
        Sent sent;

        commit_change(side, contact, change);
        sent = queued(side);
        accept_queued(side, contact);
        return sent;
}

static void deliver(Side *side, const GroupId *group, const EnvelopeId *id, MlsSlice payload)
{
        Wire__Envelope envelope = WIRE__ENVELOPE__INIT;
        Store *transaction = NULL;

        envelope.group = (ProtobufCBinaryData){sizeof(group->bytes), (uint8_t *)group->bytes};
        envelope.id = (ProtobufCBinaryData){sizeof(id->bytes), (uint8_t *)id->bytes};
        envelope.payload = (ProtobufCBinaryData){payload.size, (uint8_t *)payload.data};
        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(group_take_envelope(side->store, &side->self, &envelope, false), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

/* The server's answer to who asks for commits. */
static void answer(Side *side, int64_t contact, uint64_t epoch, const Sent *sent, size_t count)
{
        Wire__GroupCommits commits = WIRE__GROUP_COMMITS__INIT;
        Wire__StoredCommit stored[4], *pointers[4];
        Store *transaction = NULL;

        for (size_t i = 0; i < count; i++) {
                wire__stored_commit__init(&stored[i]);
                stored[i].epoch = sent[i].epoch;
                stored[i].id = (ProtobufCBinaryData){sizeof(sent[i].id.bytes), (uint8_t *)sent[i].id.bytes};
                stored[i].payload = (ProtobufCBinaryData){sent[i].payload.size, sent[i].payload.data};
                pointers[i] = &stored[i];
        }
        commits.epoch = epoch;
        commits.commits = pointers;
        commits.n_commits = count;
        g_assert_cmpint(store_begin(side->store, &transaction), ==, 0);
        g_assert_cmpint(group_take_commits(side->store, &side->self, contact, &commits), ==, 0);
        g_assert_cmpint(store_commit(&transaction), ==, 0);
}

static int64_t make_group(Side *side, const E2eeContext *context)
{
        GroupSession *session = NULL;
        int64_t contact = 0;

        g_assert_cmpint(group_session_create(&side->self, "family", context, &session), ==, 0);
        g_assert_cmpint(group_step_create(side->store, &side->self, session, &contact), ==, 0);
        group_session_free(session);
        return contact;
}

static void family_init(Family *family, const void *data)
{
        const E2eeContext context = clock_e2ee_context();
        MlsBuffer package = {0};
        GroupChange add;
        GroupRecord record;
        Sent sent;

        side_init(&family->alice, "alice", 1);
        side_init(&family->bob, "bob", 1);
        family->at_alice = make_group(&family->alice, &context);
        family->id = record_at(&family->alice, family->at_alice).id;
        add = invite(&family->bob, &package);
        sent = make_commit(&family->alice, family->at_alice, &add);
        deliver(&family->bob, &family->id, &sent.id, mls_slice_of(&sent.welcome));
        g_assert_cmpint(store_group_find(family->bob.store, &family->id, &record), ==, 0);
        g_assert_cmpint(record.standing, ==, GROUP_STANDING_INVITED); /* he has never heard of her */
        record.standing = GROUP_STANDING_MEMBER;
        g_assert_cmpint(store_group_update(family->bob.store, &record), ==, 0);
        family->at_bob = record.contact;
        g_assert_cmpint(mls_buffer_init(&family->welcome, mls_slice_of(&sent.welcome)), ==, 0);
        mls_buffer_deinit(&package);
        sent_clear(&sent);
}

static void family_deinit(Family *family, const void *data)
{
        mls_buffer_deinit(&family->welcome);
        side_deinit(&family->alice);
        side_deinit(&family->bob);
}

static const GroupChange renew = {.kind = GROUP_RENEW};

/* ---- Leaving ---- */

typedef struct Leaving {
        EnvelopeId id;
        MlsBuffer payload;
        int64_t number;
} Leaving;

static int copy_entry(void *userdata, const OutboxEntry *entry)
{
        Leaving *leaving = userdata;

        g_assert_cmpuint(entry->device_id, ==, STORE_GROUP_DEVICE); /* what is not sealed stays behind */
        leaving->id = entry->envelope_id;
        leaving->number = entry->number;
        return mls_buffer_init(&leaving->payload, mls_slice(entry->envelope, entry->envelope_size));
}

static void take_leaving(Family *family)
{
        Leaving leaving = {0};

        g_assert_cmpint(store_group_outbox_first(family->bob.store, copy_entry, &leaving), ==, 0);
        g_assert_cmpint(store_outbox_delete(family->bob.store, leaving.number), ==, 0);
        deliver(&family->alice, &family->id, &leaving.id, mls_slice_of(&leaving.payload));
        mls_buffer_deinit(&leaving.payload);
}

static void test_leave(Family *family, const void *data)
{
        int64_t number = 0;
        bool wants_commit, has_commit = true;
        Sent sent;

        g_assert_cmpint(store_outbox_add_content(family->bob.store, family->at_bob, (const uint8_t *)"x", 1, &number), ==, 0);
        g_assert_cmpint(group_step_leave(family->bob.store, &family->bob.self, family->at_bob, &wants_commit), ==, 0);

        /* Her commit was before his wish, which is no good then: he says it again. */
        sent = make_commit(&family->alice, family->at_alice, &renew);
        take_leaving(family);
        g_assert_cmpint(store_group_commit_exists(family->alice.store, family->at_alice, &has_commit), ==, 0);
        g_assert_false(has_commit);
        deliver(&family->bob, &family->id, &sent.id, mls_slice_of(&sent.payload));
        sent_clear(&sent);
        take_leaving(family);
        sent = queued(&family->alice);
        accept_queued(&family->alice, family->at_alice);
        deliver(&family->bob, &family->id, &sent.id, mls_slice_of(&sent.payload));
        g_assert_cmpint(record_at(&family->bob, family->at_bob).standing, ==, GROUP_STANDING_LEFT);
        sent_clear(&sent);
}

/* ---- Refused ---- */

/* What a program of Bob's own makes: past the rules, straight to MLS. */
static void bob_forges(Family *family, bool commit, Sent *out)
{
        GroupSession *session = session_at(&family->bob, family->at_bob);
        const MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE, .removed = 0};
        const E2eeContext context = clock_e2ee_context();
        const MlsCommitOptions options = {.proposals = &remove, .proposal_count = 1};
        const MlsPolicy none = {.extension_types = group_extension_types()};
        MlsCommitResult result = {0};

        *out = (Sent){.epoch = group_session_epoch(session)};
        randombytes_buf(out->id.bytes, sizeof(out->id.bytes));
        if (commit) {
                g_assert_cmpint(mls_group_commit(session->mls, &options, &none, &context, &result), ==, 0);
                out->payload = result.commit;
                mls_buffer_deinit(&result.welcome);
        } else {
                g_assert_cmpint(mls_group_propose(session->mls, &remove, NULL, MLS_PRIVATE_MESSAGE, &none, &context,
                                                  &out->payload),
                                ==, 0);
        }
        group_session_free(session);
}

static void test_refused(Family *family, const void *data)
{
        const Wire__Error stale = {.base = PROTOBUF_C_MESSAGE_INIT(&wire__error__descriptor),
                                   .code = WIRE__ERROR_CODE__ERROR_CODE_STALE_EPOCH};
        Side *alice = &family->alice;
        GroupResult result = {0};
        Sent bad, again;

        /* A proposal holds no epoch: there is nothing to be in spite of. */
        bob_forges(family, false, &bad);
        deliver(alice, &family->id, &bad.id, mls_slice_of(&bad.payload));
        g_assert_cmpuint(side_count(alice, "+family", MESSAGE_GROUP_REFUSED), ==, 1);
        g_assert_false(record_at(alice, family->at_alice).has_refused);
        sent_clear(&bad);

        /* Nor does a commit that the server has not taken as one. */
        bob_forges(family, true, &bad);
        deliver(alice, &family->id, &bad.id, mls_slice_of(&bad.payload));
        g_assert_true(record_at(alice, family->at_alice).has_refused);
        answer(alice, family->at_alice, bad.epoch, NULL, 0);
        g_assert_false(record_at(alice, family->at_alice).has_refused);

        /* Hers is late because of it, and goes again, in spite of it. */
        commit_change(alice, family->at_alice, &renew);
        g_assert_cmpint(group_result_refused(alice->store, family->at_alice, &stale, &result), ==, 0);
        answer(alice, family->at_alice, bad.epoch + 1, &bad, 1);
        g_assert_cmpint(record_at(alice, family->at_alice).standing, ==, GROUP_STANDING_MEMBER);
        again = queued(alice);
        g_assert_true(again.has_in_spite_of);
        g_assert_cmpmem(again.in_spite_of.bytes, sizeof(again.in_spite_of.bytes), bad.id.bytes, sizeof(bad.id.bytes));

        /* However often it comes. */
        for (unsigned i = 0; i < 3; i++)
                deliver(alice, &family->id, &bad.id, mls_slice_of(&bad.payload));
        g_assert_cmpuint(side_count(alice, "+family", MESSAGE_GROUP_REFUSED), ==, 1);
        sent_clear(&again);
        sent_clear(&bad);
}

/* ---- Lost ---- */

static void test_lost(Family *family, const void *data)
{
        Sent sent[3];
        Side *bob = &family->bob;

        for (unsigned i = 0; i < G_N_ELEMENTS(sent); i++)
                sent[i] = make_commit(&family->alice, family->at_alice, &renew);
        for (unsigned i = 1; i < G_N_ELEMENTS(sent); i++) {
                deliver(bob, &family->id, &sent[i].id, mls_slice_of(&sent[i].payload));
                g_assert_true(record_at(bob, family->at_bob).behind);
                answer(bob, family->at_bob, sent[2].epoch + 1, NULL, 0);
                g_assert_cmpint(record_at(bob, family->at_bob).standing, ==, GROUP_STANDING_LOST);
        }
        g_assert_cmpuint(side_count(bob, "+family", MESSAGE_GROUP_LOST), ==, 1);

        /* It was only late; what was held back for it is read now. */
        deliver(bob, &family->id, &sent[0].id, mls_slice_of(&sent[0].payload));
        g_assert_cmpint(record_at(bob, family->at_bob).standing, ==, GROUP_STANDING_MEMBER);
        g_assert_cmpuint(record_at(bob, family->at_bob).epoch, ==, sent[2].epoch + 1);
        for (unsigned i = 0; i < G_N_ELEMENTS(sent); i++)
                sent_clear(&sent[i]);
}

static int fail_on_entry(void *userdata, const OutboxEntry *entry)
{
        return -EEXIST;
}

/* One group that the server has us out of does not hold up the others. */
static void test_not_on_the_list(Family *family, const void *data)
{
        int64_t number = 0;

        g_assert_cmpint(store_outbox_add_content(family->bob.store, family->at_bob, (const uint8_t *)"x", 1, &number), ==, 0);
        g_assert_cmpint(group_result_not_in(family->bob.store, family->at_bob), ==, 0);
        g_assert_cmpint(record_at(&family->bob, family->at_bob).standing, ==, GROUP_STANDING_LOST);
        g_assert_cmpint(store_group_outbox_first(family->bob.store, fail_on_entry, NULL), ==, STORE_OUTBOX_NONE);
}

/* ---- Welcomes ---- */

static GroupId wanted;

/* A group of the same ID as another. */
static void fill_id(void *userdata, uint8_t *out, size_t size)
{
        if (size == sizeof(wanted.bytes))
                memcpy(out, wanted.bytes, size);
        else
                randombytes_buf(out, size);
}

static void test_welcomes(Family *family, const void *data)
{
        E2eeContext context = clock_e2ee_context();
        const GroupChange remove = {.kind = GROUP_REMOVE, .member.address = family->bob.self.address};
        Side mallory, *bob = &family->bob;
        MlsBuffer package = {0};
        int64_t at_mallory;
        GroupChange add;
        EnvelopeId id = {{1}};
        Sent sent;

        side_init(&mallory, "mallory", 1);
        wanted = family->id;
        context.fill = fill_id;
        at_mallory = make_group(&mallory, &context);
        for (unsigned i = 0; i < 5; i++) {
                sent = make_commit(&mallory, at_mallory, &renew);
                sent_clear(&sent);
        }
        add = invite(bob, &package);
        sent = make_commit(&mallory, at_mallory, &add);

        /* Where one is, nobody else takes the group's place; nor is one there again by an old welcome. */
        deliver(bob, &family->id, &sent.id, mls_slice_of(&sent.welcome));
        g_assert_cmpuint(record_at(bob, family->at_bob).epoch, ==, 1);
        {
                Sent removal = make_commit(&family->alice, family->at_alice, &remove);

                deliver(bob, &family->id, &removal.id, mls_slice_of(&removal.payload));
                sent_clear(&removal);
        }
        g_assert_cmpint(record_at(bob, family->at_bob).standing, ==, GROUP_STANDING_REMOVED);
        deliver(bob, &family->id, &id, mls_slice_of(&family->welcome));
        g_assert_cmpint(record_at(bob, family->at_bob).standing, ==, GROUP_STANDING_REMOVED);

        /* A stranger who says that it is the same group is a stranger all the same. */
        deliver(bob, &family->id, &sent.id, mls_slice_of(&sent.welcome));
        g_assert_cmpint(record_at(bob, family->at_bob).standing, ==, GROUP_STANDING_INVITED);
        g_assert_cmpstr(record_at(bob, family->at_bob).inviter, ==, "mallory");
        sent_clear(&sent);
        mls_buffer_deinit(&package);
        side_deinit(&mallory);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
#define STORY(name, function) g_test_add("/daemon/groups/" name, Family, NULL, family_init, function, family_deinit)
        STORY("leave", test_leave);
        STORY("refused", test_refused);
        STORY("lost", test_lost);
        STORY("not on the list", test_not_on_the_list);
        STORY("welcomes", test_welcomes);
        return g_test_run();
}
