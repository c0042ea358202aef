/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members with programs of their own, who sign whatever they like; and what the others make of it. The
 * insider goes past the rules, straight to MLS.
 */
#include <sodium.h>
#include <string.h>

#include "e2ee/labels.h"
#include "e2ee/mls/message.h"
#include "e2ee/sign.h"
#include "tests/unit/e2ee/group-person.h"

static MlsPolicy lax(void)
{
        return (MlsPolicy){.extension_types = group_extension_types()};
}

static MlsCommitResult insider_commits(Person *insider, const MlsCommitOptions *options)
{
        MlsPolicy policy = lax();
        MlsCommitResult result;
        int r = mls_group_commit(insider->session->mls, options, &policy, &insider->context, &result);

        g_assert_cmpstr(mls_refusal_name(r), ==, "?");
        mls_group_drop_commit(insider->session->mls);
        return result;
}

/* All others refuse a commit of these proposals with this code, and know whose it is. */
static void expect_refused(Circle *circle, unsigned insider, const MlsProposal *proposals, size_t count,
                           int code)
{
        Person *by = &circle->people[insider];
        MlsCommitResult result = insider_commits(
                        by, &(MlsCommitOptions){.proposals = proposals, .proposal_count = count});

        for (unsigned i = 0; i < EVERYBODY; i++) {
                if (i != insider)
                        person_refuses(&circle->people[i], &result.commit, code, by->self.address.name);
        }
        mls_commit_result_deinit(&result);
}

static MlsProposal raw_add(Person *whom)
{
        MlsProposal proposal = {.type = MLS_PROPOSAL_ADD};
        MlsMessage message;

        g_assert_cmpint(mls_decode_message(person_package(whom, GROUP_PACKAGE_ONE_TIME), &message), ==, 0);
        proposal.add = message.key_package;
        return proposal;
}

static MlsProposal raw_remove(const Circle *circle, unsigned whom)
{
        GroupMember member;

        g_assert_true(group_session_self(circle->people[whom].session, &member));
        return (MlsProposal){.type = MLS_PROPOSAL_REMOVE, .removed = member.leaf};
}

static MlsProposal raw_settings(const GroupSettings *settings, MlsWriter *extensions)
{
        g_assert_cmpint(group_settings_write(settings, extensions), ==, 0);
        return (MlsProposal){.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                             .extensions = mls_written(extensions)};
}

static void expect_settings_refused(Circle *circle, unsigned insider, const GroupSettings *settings,
                                    int code)
{
        MLS_WRITER(extensions);
        MlsProposal proposal = raw_settings(settings, &extensions);

        expect_refused(circle, insider, &proposal, 1, code);
}

static GroupSettings settings_now(const Circle *circle)
{
        return *group_session_settings(circle->people[ALICE].session);
}

static void goes_on(Circle *circle)
{
        circle_commits_one(circle, ALICE, change_name("Still climbing"));
        circle_agrees(circle, 5);
        circle_talks(circle);
}

static void test_member_acts_as_admin(Circle *circle, const void *data)
{
        MlsProposal remove = raw_remove(circle, CAROL), add = raw_add(&circle->mallory);
        GroupSettings settings = settings_now(circle);

        expect_refused(circle, BOB, &remove, 1, GROUP_NOT_ALLOWED);
        expect_refused(circle, BOB, &add, 1, GROUP_NOT_ALLOWED);
        strcpy(settings.name, "Bob's");
        expect_settings_refused(circle, BOB, &settings, GROUP_NOT_ALLOWED);
        settings = settings_now(circle);
        settings.expires_after_s = 5;
        expect_settings_refused(circle, BOB, &settings, GROUP_NOT_ALLOWED);
        settings = settings_now(circle);
        settings.rights = GROUP_RIGHT_ADD;
        expect_settings_refused(circle, BOB, &settings, GROUP_NOT_ALLOWED);
        settings = settings_now(circle);
        group_settings_promote(&settings, "bob");
        expect_settings_refused(circle, BOB, &settings, GROUP_NOT_ALLOWED);
        group_settings_demote(&settings, "alice");
        expect_settings_refused(circle, BOB, &settings, GROUP_NOT_ALLOWED);
        goes_on(circle);
}

/* Makes oneself an administrator and uses it, all in one commit: what counts is the role before. */
static void test_role_in_the_same_commit(Circle *circle, const void *data)
{
        GroupSettings settings = settings_now(circle);
        MLS_WRITER(extensions);
        MlsProposal proposals[2];

        group_settings_promote(&settings, "bob");
        proposals[0] = raw_settings(&settings, &extensions);
        proposals[1] = raw_remove(circle, CAROL);
        expect_refused(circle, BOB, proposals, 2, GROUP_NOT_ALLOWED);
        goes_on(circle);
}

static int any_psk(void *userdata, const MlsPskId *id, MlsBuffer *out)
{
        return mls_buffer_init(out, mls_string("known to all"));
}

static void test_what_nobody_may(Circle *circle, const void *data)
{
        MlsProposal reinit = {.type = MLS_PROPOSAL_REINIT,
                              .reinit = {.group_id = mls_string("another"),
                                         .version = MLS_VERSION,
                                         .cipher_suite = MLS_CIPHER_SUITE}};
        MlsProposal psk = {.type = MLS_PROPOSAL_PSK,
                           .psk = {.type = MLS_PSK_EXTERNAL, .id = mls_string("id")}};
        MlsProposal add = raw_add(&circle->mallory);
        MlsPolicy policy = lax();
        MlsCommitResult result;
        Person *alice = &circle->people[ALICE];

        /* A commit that only reinitialises has no path, as all do without new keys. */
        expect_refused(circle, ALICE, &reinit, 1, GROUP_NOT_ALLOWED);
        result = insider_commits(
                        alice,
                        &(MlsCommitOptions){.proposals = &add, .proposal_count = 1, .without_path = true});
        person_refuses(&circle->people[BOB], &result.commit, GROUP_NOT_ALLOWED, "alice");
        mls_commit_result_deinit(&result);
        policy.find_psk = any_psk;
        g_assert_cmpint(mls_group_commit(alice->session->mls,
                                         &(MlsCommitOptions){.proposals = &psk, .proposal_count = 1},
                                         &policy, &alice->context, &result),
                        ==, 0);
        mls_group_drop_commit(alice->session->mls);
        person_refuses(&circle->people[BOB], &result.commit, MLS_UNKNOWN_PSK, NULL);
        mls_commit_result_deinit(&result);
        goes_on(circle);
}

static void test_admin_breaks_the_group(Circle *circle, const void *data)
{
        GroupSettings settings = settings_now(circle);
        MlsProposal twice[2] = {raw_add(&circle->mallory), raw_add(&circle->mallory)};
        MlsProposal again = raw_add(&circle->people[BOB]), remove, both[2];
        MLS_WRITER(extensions);
        MLS_WRITER(resigned);

        expect_refused(circle, ALICE, twice, 2, GROUP_ALREADY_MEMBER);
        expect_refused(circle, ALICE, &again, 1, GROUP_ALREADY_MEMBER);
        /* An administrator who is not there. */
        group_settings_promote(&settings, "mallory");
        expect_settings_refused(circle, ALICE, &settings, GROUP_BAD_SETTINGS);
        /* Settings, and something more. */
        g_assert_cmpint(group_settings_write(group_session_settings(circle->people[ALICE].session),
                                             &extensions),
                        ==, 0);
        mls_write_extension(&extensions, MLS_EXTENSION_APPLICATION_ID, mls_string("id"));
        both[0] = (MlsProposal){.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                .extensions = mls_written(&extensions)};
        expect_refused(circle, ALICE, both, 1, GROUP_BAD_SETTINGS);
        both[0].extensions = (MlsSlice){0};
        expect_refused(circle, ALICE, both, 1, GROUP_BAD_SETTINGS);
        /* Adds somebody and gives the role away: the newcomer could not know who may welcome them. */
        settings = settings_now(circle);
        group_settings_promote(&settings, "bob");
        group_settings_demote(&settings, "alice");
        both[0] = raw_settings(&settings, &resigned);
        both[1] = raw_add(&circle->mallory);
        expect_refused(circle, ALICE, both, 2, GROUP_NOT_ALLOWED);
        /* Removes an administrator, and leaves the role. */
        circle_commits_one(circle, ALICE, change_of(GROUP_PROMOTE, &circle->people[BOB]));
        remove = raw_remove(circle, BOB);
        expect_refused(circle, ALICE, &remove, 1, GROUP_BAD_SETTINGS);
        goes_on(circle);
}

static void test_proposals(Circle *circle, const void *data)
{
        const MlsProposal proposals[] = {raw_remove(circle, CAROL),
                                         raw_remove(circle, ALICE),
                                         raw_add(&circle->mallory),
                                         {.type = MLS_PROPOSAL_UPDATE}};
        MlsPolicy policy = lax();

        for (unsigned by = ALICE; by <= BOB; by++) {
                Person *insider = &circle->people[by];

                for (size_t i = 0; i < G_N_ELEMENTS(proposals); i++) {
                        MlsBuffer message;

                        g_assert_cmpint(mls_group_propose(insider->session->mls, &proposals[i], NULL, 0,
                                                          &policy, &insider->context, &message),
                                        ==, 0);
                        mls_group_drop_proposals(insider->session->mls);
                        person_refuses(&circle->people[DAVE], &message, GROUP_NOT_ALLOWED,
                                       insider->self.address.name);
                        g_assert_false(group_session_wants_commit(circle->people[DAVE].session));
                        mls_buffer_deinit(&message);
                }
        }
        goes_on(circle);
}

/* A leaf of any name and identity key, whose certificate somebody has signed. */
typedef struct ForgedLeaf {
        SigningSecretKey key;
        MlsWriter extensions;
        MlsClient client;
} ForgedLeaf;

static void forge_leaf(ForgedLeaf *forged, Person *by, const char *name, const SigningPublicKey *identity,
                       const SigningSecretKey *signer)
{
        uint8_t seed[32], body[128], certificate[128];
        ByteWriter writer = byte_writer(body, sizeof(body)),
                   out = byte_writer(certificate, sizeof(certificate));
        SigningPublicKey leaf_key;
        Signature signature;

        by->context.fill(by->context.userdata, seed, sizeof(seed));
        crypto_sign_seed_keypair(leaf_key.bytes, forged->key.bytes, seed);
        write_u8(&writer, (unsigned)strlen(name));
        write_bytes(&writer, name, strlen(name));
        write_u32(&writer, 1);
        write_u64(&writer, by->context.now_ms);
        write_bytes(&writer, leaf_key.bytes, sizeof(leaf_key.bytes));
        sign_labelled(signer, LABEL_SIGN_GROUP_LEAF_KEY, body, writer.size, &signature);
        write_u8(&out, 1);
        write_u32(&out, 1);
        write_u64(&out, by->context.now_ms);
        write_bytes(&out, identity->bytes, sizeof(identity->bytes));
        write_bytes(&out, signature.bytes, sizeof(signature.bytes));
        forged->extensions = (MlsWriter){0};
        mls_write_extension(&forged->extensions, GROUP_EXTENSION_CERTIFICATE,
                            mls_slice(certificate, out.size));
        forged->client = (MlsClient){
                        .signing_key = &forged->key,
                        .credential = {.type = MLS_CREDENTIAL_BASIC, .content = mls_string(name)},
                        .extension_types = group_extension_types(),
                        .leaf_extensions = mls_written(&forged->extensions),
                        .lifetime_s = 24 * 3600};
}

static void expect_bad_package(Circle *circle, const ForgedLeaf *forged, int code)
{
        Person *mallory = &circle->mallory;
        MlsProposal add = {.type = MLS_PROPOSAL_ADD};
        MlsKeyPackageSecrets secrets;
        MlsBuffer package, message;
        MlsCommitResult result;
        GroupMember member;

        g_assert_cmpint(mls_key_package_generate(&forged->client, &mallory->context, &secrets, &package), ==,
                        0);
        g_assert_cmpint(mls_wrap_message(MLS_KEY_PACKAGE, mls_slice_of(&package), &message), ==, 0);
        g_assert_cmpint(group_package_read(mls_slice_of(&message), &circle->people[ALICE].context, &member),
                        ==, code);
        /* And if it got in, by an administrator who does not look. */
        g_assert_cmpint(mls_decode_key_package(mls_slice_of(&package), &add.add), ==, 0);
        result = insider_commits(&circle->people[ALICE],
                                 &(MlsCommitOptions){.proposals = &add, .proposal_count = 1});
        person_refuses(&circle->people[BOB], &result.commit, code, NULL);
        mls_commit_result_deinit(&result);
        mls_buffer_deinit(&package);
        mls_buffer_deinit(&message);
}

static void test_certificates(Circle *circle, const void *data)
{
        Person *mallory = &circle->mallory;
        const Identity *mine = &mallory->identity, *frank = &circle->people[CAROL].identity;
        ForgedLeaf forged;

        /* Somebody else's identity key, which has not signed this. */
        forge_leaf(&forged, mallory, "frank", &frank->public_identity.signing_key,
                   &mine->signing_secret_key);
        expect_bad_package(circle, &forged, MLS_BAD_CREDENTIAL);
        mls_writer_deinit(&forged.extensions);
        /* Signed for another name, and for another key. */
        forge_leaf(&forged, mallory, "mallory", &mine->public_identity.signing_key,
                   &mine->signing_secret_key);
        forged.client.credential.content = mls_string("frank");
        expect_bad_package(circle, &forged, MLS_BAD_CREDENTIAL);
        forged.client.credential.content = mls_string("mallory");
        forged.client.signing_key = &mallory->identity.signing_secret_key;
        expect_bad_package(circle, &forged, MLS_BAD_CREDENTIAL);
        mls_writer_deinit(&forged.extensions);
        /* No certificate, no user name, no basic credential. */
        forge_leaf(&forged, mallory, "mallory", &mine->public_identity.signing_key,
                   &mine->signing_secret_key);
        forged.client.leaf_extensions = (MlsSlice){0};
        expect_bad_package(circle, &forged, MLS_BAD_CREDENTIAL);
        mls_writer_deinit(&forged.extensions);
        forge_leaf(&forged, mallory, "Mallory!", &mine->public_identity.signing_key,
                   &mine->signing_secret_key);
        expect_bad_package(circle, &forged, MLS_BAD_CREDENTIAL);
        mls_writer_deinit(&forged.extensions);
        goes_on(circle);
}

/* A member whose next leaf is somebody else's, or whose identity key changes. */
static void test_change_of_person(Circle *circle, const void *data)
{
        Person *bob = &circle->people[BOB], *mallory = &circle->mallory;
        static const char *const claimed[] = {"carol", "robert", "bob"};
        MlsCommitResult result;
        ForgedLeaf forged;

        for (size_t i = 0; i < G_N_ELEMENTS(claimed); i++) {
                const Identity *identity = i < 2 ? &bob->identity : &mallory->identity;

                forge_leaf(&forged, bob, claimed[i], &identity->public_identity.signing_key,
                           &identity->signing_secret_key);
                result = insider_commits(bob, &(MlsCommitOptions){.client = &forged.client});
                person_refuses(&circle->people[ALICE], &result.commit, MLS_BAD_CREDENTIAL, NULL);
                person_refuses(&circle->people[ERIN], &result.commit, MLS_BAD_CREDENTIAL, NULL);
                mls_commit_result_deinit(&result);
                mls_writer_deinit(&forged.extensions);
        }
        goes_on(circle);
}

/* Somebody is welcomed by who may not, or into a group whose settings are none. */
static void test_welcomes(Circle *circle, const void *data)
{
        MlsProposal adds[2] = {raw_add(&circle->mallory), {.type = MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS}};
        MlsCommitOptions options = {.proposals = adds, .proposal_count = 1};
        MlsCommitResult result;

        result = insider_commits(&circle->people[BOB], &options);
        g_assert_cmpint(person_try_join(&circle->mallory, &result.welcome), ==, GROUP_NOT_ALLOWED);
        mls_commit_result_deinit(&result);

        options.proposal_count = 2; /* no settings at all */
        result = insider_commits(&circle->people[ALICE], &options);
        g_assert_cmpint(person_try_join(&circle->mallory, &result.welcome), ==, GROUP_BAD_SETTINGS);
        mls_commit_result_deinit(&result);

        adds[1] = raw_add(&circle->people[CAROL]); /* who is there already */
        result = insider_commits(&circle->people[ALICE], &options);
        g_assert_cmpint(person_try_join(&circle->mallory, &result.welcome), ==, GROUP_ALREADY_MEMBER);
        mls_commit_result_deinit(&result);

        options.proposal_count = 1;
        result = insider_commits(&circle->people[ALICE], &options);
        g_assert_cmpint(person_try_join(&circle->people[ERIN], &result.welcome), ==,
                        MLS_UNKNOWN_KEY_PACKAGE);
        result.welcome.data[result.welcome.size - 1] ^= 1;
        g_assert_cmpint(person_try_join(&circle->mallory, &result.welcome), ==, MLS_FORGED);
        result.welcome.data[result.welcome.size - 1] ^= 1;
        person_joins(&circle->mallory, &result.welcome);
        mls_commit_result_deinit(&result);
}

/* Whoever got hold of a group info comes in from outside. */
static void test_strangers_from_outside(Circle *circle, const void *data)
{
        Person *mallory = &circle->mallory;
        const Identity *mine = &mallory->identity;
        MlsExternalJoin join = {.replaced = UINT32_MAX};
        MlsPolicy policy = lax();
        MlsBuffer info, commit;
        ForgedLeaf forged;
        MlsGroup *mls;

        g_assert_cmpint(group_session_info(circle->people[BOB].session, &circle->people[BOB].context, &info),
                        ==, 0);
        join.group_info = mls_slice_of(&info);
        forge_leaf(&forged, mallory, "mallory", &mine->public_identity.signing_key,
                   &mine->signing_secret_key);
        g_assert_cmpint(mls_group_join_external(&join, &forged.client, &policy, &mallory->context, &mls,
                                                &commit),
                        ==, 0);
        person_refuses(&circle->people[ALICE], &commit, GROUP_NOT_ALLOWED, "mallory");
        mls_buffer_deinit(&commit);
        mls_group_free(mls);

        /* In the place of somebody. */
        join.replaced = raw_remove(circle, CAROL).removed;
        g_assert_cmpint(mls_group_join_external(&join, &forged.client, &policy, &mallory->context, &mls,
                                                &commit),
                        ==, 0);
        person_refuses(&circle->people[ALICE], &commit, MLS_BAD_CREDENTIAL, NULL);
        mls_buffer_deinit(&commit);
        mls_group_free(mls);
        mls_writer_deinit(&forged.extensions);
        mls_buffer_deinit(&info);
        goes_on(circle);
}

int main(int argc, char **argv)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_init(&argc, &argv, NULL);
#define FORGERY(name, function) \
        g_test_add("/group/forgery/" name, Circle, NULL, circle_set_up, function, circle_tear_down)
        FORGERY("a member acts as an administrator", test_member_acts_as_admin);
        FORGERY("a role in the same commit", test_role_in_the_same_commit);
        FORGERY("what nobody may", test_what_nobody_may);
        FORGERY("an administrator breaks the group", test_admin_breaks_the_group);
        FORGERY("proposals", test_proposals);
        FORGERY("certificates", test_certificates);
        FORGERY("a member becomes somebody else", test_change_of_person);
        FORGERY("welcomes", test_welcomes);
        FORGERY("strangers from outside", test_strangers_from_outside);
        return g_test_run();
}
