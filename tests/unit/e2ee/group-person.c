/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/e2ee/group-person.h"

#include <sodium.h>
#include <string.h>

static const char *const names[] = {"alice", "bob", "carol", "dave", "erin"};

static void fill(void *userdata, uint8_t *out, size_t size)
{
        Person *person = userdata;
        uint8_t seed[randombytes_SEEDBYTES] = {0};

        memcpy(seed, &person->seed, sizeof(person->seed));
        memcpy(seed + 8, &person->counter, sizeof(person->counter));
        person->counter++;
        randombytes_buf_deterministic(out, size, seed);
}

static int find_package(void *userdata, const GroupReference *reference, MlsBuffer *secret_part)
{
        Person *person = userdata;

        for (size_t i = 0; i < person->package_count; i++) {
                const GroupPackage *package = &person->packages[i];

                if (package->secret_part.size > 0 &&
                    memcmp(&package->reference, reference, sizeof(*reference)) == 0)
                        return mls_buffer_init(secret_part, mls_slice_of(&package->secret_part));
        }
        return 1;
}

void person_init(Person *person, const char *name, uint64_t seed)
{
        *person = (Person){.seed = seed};
        person->context = (E2eeContext){.fill = fill, .userdata = person, .now_ms = UINT64_C(1750000000000)};
        g_strlcpy(person->self.address.name, name, sizeof(person->self.address.name));
        person->self.address.device_id = (uint32_t)seed;
        person->self.identity = &person->identity;
        person->source = (GroupPackageSource){.find = find_package, .userdata = person};
        identity_generate(&person->identity, &person->context);
}

void person_deinit(Person *person)
{
        person->session = group_session_free(person->session);
        for (size_t i = 0; i < person->package_count; i++)
                group_package_deinit(&person->packages[i]);
        identity_wipe(&person->identity);
}

MlsSlice person_package(Person *person, GroupPackageKind kind)
{
        GroupPackage *package = &person->packages[person->package_count++];

        g_assert_cmpuint(person->package_count, <=, PACKAGES_MAX);
        g_assert_cmpint(group_package_make(&person->self, kind, &person->context, package), ==, 0);
        g_assert_cmpuint(package->public_part.size, <=, GROUP_PACKAGE_MAX);
        return mls_slice_of(&package->public_part);
}

int person_try_join(Person *person, const MlsBuffer *welcome)
{
        GroupSession *session;
        GroupJoined joined;
        int r = group_session_join(&person->self, mls_slice_of(welcome), &person->source, &person->context,
                                   &session, &joined);

        if (r != 0) {
                g_assert_null(session);
                return r;
        }
        for (size_t i = 0; i < person->package_count; i++) {
                if (memcmp(&person->packages[i].reference, &joined.used, sizeof(joined.used)) != 0)
                        continue;
                g_assert_cmpint(joined.kind, ==, person->packages[i].kind);
                if (joined.kind == GROUP_PACKAGE_ONE_TIME)
                        mls_buffer_deinit(&person->packages[i].secret_part);
        }
        person->session = group_session_free(person->session);
        person->session = session;
        return 0;
}

void person_joins(Person *person, const MlsBuffer *welcome)
{
        g_assert_cmpstr(group_refusal_name(person_try_join(person, welcome)), ==, "?");
}

static void assert_same(const MlsBuffer *before, const MlsBuffer *after)
{
        g_assert_cmpmem(before->data, (int)before->size, after->data, (int)after->size);
}

void person_restarts(Person *person)
{
        MlsBuffer before = person_state(person), tree, state, after;

        g_assert_cmpint(group_session_encode_tree(person->session, &tree), ==, 0);
        g_assert_cmpint(group_session_encode_state(person->session, &state), ==, 0);
        group_session_free(person->session);
        g_assert_cmpint(group_session_decode(mls_slice_of(&tree), mls_slice_of(&state), &person->context,
                                             &person->session),
                        ==, 0);
        after = person_state(person);
        assert_same(&before, &after);
        mls_buffer_deinit(&before);
        mls_buffer_deinit(&after);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
}

MlsBuffer person_state(const Person *person)
{
        MlsBuffer tree, state, both;

        g_assert_cmpint(group_session_encode_tree(person->session, &tree), ==, 0);
        g_assert_cmpint(group_session_encode_state(person->session, &state), ==, 0);
        both.size = tree.size + state.size;
        both.data = malloc(both.size);
        g_assert_nonnull(both.data);
        memcpy(both.data, tree.data, tree.size);
        memcpy(both.data + tree.size, state.data, state.size);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
        return both;
}

GroupChange change_of(GroupChangeKind kind, const Person *whom)
{
        return (GroupChange){.kind = kind,
                             .member = {.address = whom->self.address,
                                        .identity_key = whom->identity.public_identity.signing_key}};
}

GroupChange change_add(Person *whom)
{
        GroupChange change = change_of(GROUP_ADD, whom);

        change.package = person_package(whom, GROUP_PACKAGE_ONE_TIME);
        return change;
}

GroupChange change_name(const char *name)
{
        GroupChange change = {.kind = GROUP_RENAME};

        g_strlcpy(change.name, name, sizeof(change.name));
        return change;
}

GroupChange change_number(GroupChangeKind kind, uint32_t number)
{
        return (GroupChange){.kind = kind, .number = number};
}

GroupCommit person_commits(Person *by, const GroupChange *changes, size_t count)
{
        GroupCommit commit;
        int r = group_session_commit(by->session, &by->self, changes, count, &by->context, &commit);

        g_assert_cmpstr(group_refusal_name(r), ==, "?");
        g_assert_cmpuint(commit.epoch, ==, group_session_epoch(by->session));
        g_assert_true(group_session_has_pending(by->session));
        return commit;
}

int person_try_commit(Person *by, GroupChange change)
{
        bool pending = group_session_has_pending(by->session);
        GroupCommit commit;
        int r = group_session_commit(by->session, &by->self, &change, 1, &by->context, &commit);

        g_assert_cmpint(r, >=, 0);
        group_commit_deinit(&commit);
        g_assert_true(group_session_has_pending(by->session) == (pending || r == 0));
        if (r == 0)
                group_session_withdraw(by->session);
        return r;
}

GroupEvent person_takes(Person *person, const MlsBuffer *message)
{
        GroupEvent event;
        int r = group_session_receive(person->session, mls_slice_of(message), &person->context, &event);

        g_assert_cmpstr(group_refusal_name(r), ==, "?");
        return event;
}

void person_drops(Person *person, const MlsBuffer *message)
{
        GroupEvent event = person_takes(person, message);

        group_event_deinit(&event);
}

void person_refuses(Person *person, const MlsBuffer *message, int code, const char *who)
{
        MlsBuffer before = person_state(person), after;
        GroupEvent event;
        int r = group_session_receive(person->session, mls_slice_of(message), &person->context, &event);

        g_assert_cmpstr(group_refusal_name(r), ==, group_refusal_name(code));
        if (who)
                g_assert_cmpstr(event.sender.address.name, ==, who);
        after = person_state(person);
        assert_same(&before, &after);
        mls_buffer_deinit(&before);
        mls_buffer_deinit(&after);
        group_event_deinit(&event);
}

MlsBuffer person_sends(Person *person, const char *text)
{
        MlsBuffer message;

        g_assert_cmpint(group_session_send(person->session, mls_string(text), &person->context, &message),
                        ==, 0);
        return message;
}

void person_reads(Person *person, const MlsBuffer *message, const Person *from, const char *text)
{
        GroupEvent event = person_takes(person, message);

        g_assert_cmpint(event.kind, ==, GROUP_EVENT_MESSAGE);
        g_assert_cmpmem(event.content.data, (int)event.content.size, text, (int)strlen(text));
        g_assert_cmpstr(event.sender.address.name, ==, from->self.address.name);
        g_assert_true(group_same_key(&event.sender.identity_key,
                                     &from->identity.public_identity.signing_key));
        group_event_deinit(&event);
}

static bool is_in(const Person *person)
{
        return person->session && group_session_is_active(person->session);
}

void circle_commits(Circle *circle, unsigned by, const GroupChange *changes, size_t count)
{
        Person *committer = &circle->people[by];
        GroupCommit commit = person_commits(committer, changes, count);
        GroupEvent event;

        g_assert_cmpint(group_session_accept(committer->session, &event), ==, 0);
        g_assert_true(event.by_us);
        group_event_deinit(&event);
        for (unsigned i = 0; i < EVERYBODY; i++) {
                if (i != by && is_in(&circle->people[i]))
                        person_drops(&circle->people[i], &commit.commit);
                else if (i != by && commit.welcome.size > 0 &&
                         person_try_join(&circle->people[i], &commit.welcome) != 0)
                        g_assert_false(is_in(&circle->people[i]));
        }
        group_commit_deinit(&commit);
}

void circle_commits_one(Circle *circle, unsigned by, GroupChange change)
{
        circle_commits(circle, by, &change, 1);
}

void circle_agrees(Circle *circle, unsigned expected_members)
{
        uint8_t first[GROUP_AUTHENTICATOR_SIZE], other[GROUP_AUTHENTICATOR_SIZE];
        unsigned inside = 0;

        for (unsigned i = 0; i < EVERYBODY; i++) {
                const Person *person = &circle->people[i];

                if (!is_in(person))
                        continue;
                group_session_authenticator(person->session, inside++ == 0 ? first : other);
                if (inside > 1)
                        g_assert_cmpmem(first, sizeof(first), other, sizeof(other));
                g_assert_cmpuint(group_session_member_count(person->session), ==, expected_members);
        }
        g_assert_cmpuint(inside, ==, expected_members);
}

void circle_talks(Circle *circle)
{
        for (unsigned i = 0; i < EVERYBODY; i++) {
                Person *from = &circle->people[i];
                MlsBuffer message;

                if (!is_in(from))
                        continue;
                message = person_sends(from, from->self.address.name);
                for (unsigned j = 0; j < EVERYBODY; j++) {
                        if (j != i && is_in(&circle->people[j]))
                                person_reads(&circle->people[j], &message, from, from->self.address.name);
                }
                mls_buffer_deinit(&message);
        }
}

void circle_set_up(Circle *circle, const void *data)
{
        GroupChange adds[EVERYBODY - 1];
        Person *alice = &circle->people[ALICE];

        for (unsigned i = 0; i < EVERYBODY; i++) {
                person_init(&circle->people[i], names[i], i + 1);
                if (i > ALICE)
                        adds[i - 1] = change_add(&circle->people[i]);
        }
        person_init(&circle->mallory, "mallory", 666);
        g_assert_cmpint(group_session_create(&alice->self, "Climbers", &alice->context, &alice->session), ==,
                        0);
        circle_commits(circle, ALICE, adds, G_N_ELEMENTS(adds));
}

void circle_tear_down(Circle *circle, const void *data)
{
        for (unsigned i = 0; i < EVERYBODY; i++)
                person_deinit(&circle->people[i]);
        person_deinit(&circle->mallory);
}
