/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message protection, and welcomes. */
#include <sodium.h>

#include "e2ee/mls/key-schedule.h"
#include "e2ee/mls/message.h"
#include "e2ee/mls/protection.h"
#include "tests/vectors/mls-vectors.h"

enum { SENDER = 1 };

typedef struct Epoch {
        MlsBuffer group_context;
        MlsSlice group_id;
        uint64_t number;
        MlsSecret sender_data, encryption, membership;
        SigningPublicKey public_key;
        SigningSecretKey secret_key;
} Epoch;

static void epoch_deinit(Epoch *epoch)
{
        mls_buffer_deinit(&epoch->group_context);
}

static bool epoch_init(Epoch *epoch, JsonObject *test, MlsSlice group_id)
{
        HEX(tree_hash, test, "tree_hash");
        HEX(confirmed, test, "confirmed_transcript_hash");
        uint8_t seed[32];

        epoch->group_id = group_id;
        epoch->number = vector_number(test, "epoch");
        CHECK(vector_fixed(test, "sender_data_secret", epoch->sender_data.bytes, 32));
        CHECK(vector_fixed(test, "encryption_secret", epoch->encryption.bytes, 32));
        CHECK(vector_fixed(test, "membership_key", epoch->membership.bytes, 32));
        CHECK(vector_fixed(test, "signature_priv", seed, 32));
        crypto_sign_seed_keypair(epoch->public_key.bytes, epoch->secret_key.bytes, seed);
        CHECK(vector_is(test, "signature_pub", mls_slice(epoch->public_key.bytes, 32)));
        CHECK(mls_encode_group_context(&(MlsGroupContext){.version = MLS_VERSION,
                                                          .cipher_suite = MLS_CIPHER_SUITE,
                                                          .group_id = group_id,
                                                          .epoch = epoch->number,
                                                          .tree_hash = tree_hash,
                                                          .confirmed_transcript_hash = confirmed},
                                       &epoch->group_context) == 0);
        return true;
}

/* A verified content is the raw value of the vector. */
static bool content_is(const Epoch *epoch, MlsSlice encoded, MlsContentType type, MlsSlice raw)
{
        MlsAuthenticatedContent content;
        MLS_WRITER(writer);

        CHECK(mls_decode_authenticated_content(encoded, &content) == 0);
        CHECK(content.content.type == type);
        CHECK(content.content.sender.type == MLS_SENDER_MEMBER && content.content.sender.index == SENDER);
        CHECK(mls_verify_content(&content, mls_slice_of(&epoch->group_context), &epoch->public_key) == 0);
        if (type == MLS_APPLICATION)
                return mls_slice_equal(content.content.application_data, raw);
        mls_write_content(&writer, &content.content);
        return mls_slice_equal(mls_written(&writer), raw);
}

static bool check_public(const Epoch *epoch, MlsSlice encoded, MlsContentType type, MlsSlice raw)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer content = {0};
        MlsMessage message;

        CHECK(mls_decode_message(encoded, &message) == 0);
        CHECK(message.wire_format == MLS_PUBLIC_MESSAGE);
        CHECK(mls_check_membership(&message.public_message, mls_slice_of(&epoch->group_context),
                                   &epoch->membership) == 0);
        CHECK(mls_public_content(&message.public_message, &content) == 0);
        return content_is(epoch, mls_slice_of(&content), type, raw);
}

static bool check_private(const Epoch *epoch, MlsSlice encoded, MlsContentType type, MlsSlice raw)
{
        __attribute__((cleanup(mls_secret_tree_deinit))) MlsSecretTree tree = {0};
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer content = {0};
        MlsSenderData sender;
        MlsMessage message;
        MlsKeyDraft draft;

        CHECK(mls_secret_tree_init(&tree, 2, &epoch->encryption) == 0);
        CHECK(mls_decode_message(encoded, &message) == 0);
        CHECK(message.wire_format == MLS_PRIVATE_MESSAGE && message.private_message.type == type);
        CHECK(mls_open_sender_data(&message.private_message, &epoch->sender_data, &sender) == 0);
        CHECK(sender.leaf == SENDER);
        CHECK(mls_secret_tree_find(&tree, sender.leaf, type == MLS_APPLICATION, sender.generation, &draft) ==
              0);
        CHECK(mls_open_private(&message.private_message, &sender, &draft.key, &content) == 0);
        mls_key_draft_deinit(&draft);
        return content_is(epoch, mls_slice_of(&content), type, raw);
}

/* An AuthenticatedContent of our own around the raw value. */
static bool make_content(const Epoch *epoch, MlsWireFormat wire_format, MlsContentType type, MlsSlice raw,
                         MlsWriter *framed, Signature *signature, MlsAuthenticatedContent *out)
{
        static const uint8_t tag[32] = {0};
        ByteReader reader = mls_reader(raw);

        *out = (MlsAuthenticatedContent){.wire_format = wire_format};
        out->content = (MlsFramedContent){.group_id = epoch->group_id,
                                          .epoch = epoch->number,
                                          .sender = {.type = MLS_SENDER_MEMBER, .index = SENDER},
                                          .type = type};
        if (type == MLS_APPLICATION)
                out->content.application_data = raw;
        else
                mls_read_content(&reader, type, &out->content);
        CHECK(!reader.failed);
        mls_write_framed_content(framed, &out->content);
        out->content.encoded = mls_written(framed);
        CHECK(mls_sign_content(&out->content, wire_format, mls_slice_of(&epoch->group_context),
                               &epoch->secret_key, signature) == 0);
        out->auth.signature = mls_slice(signature->bytes, sizeof(signature->bytes));
        out->auth.confirmation_tag = mls_slice(tag, sizeof(tag));
        return true;
}

static bool check_own(const Epoch *epoch, MlsContentType type, MlsSlice raw)
{
        __attribute__((cleanup(mls_secret_tree_deinit))) MlsSecretTree tree = {0};
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer private_message = {0}, public_message = {0};
        MlsAuthenticatedContent content;
        Signature signature;
        MlsKeyDraft draft;
        MLS_WRITER(framed);
        MLS_WRITER(framed_public);

        CHECK(make_content(epoch, MLS_PRIVATE_MESSAGE, type, raw, &framed, &signature, &content));
        CHECK(mls_secret_tree_init(&tree, 2, &epoch->encryption) == 0);
        CHECK(mls_secret_tree_next(&tree, SENDER, type == MLS_APPLICATION, &draft) == 0);
        CHECK(mls_protect_private(&content, &epoch->sender_data, &draft.key, draft.generation,
                                  vector_context(), &private_message) == 0);
        mls_key_draft_deinit(&draft);
        CHECK(check_private(epoch, mls_slice_of(&private_message), type, raw));

        CHECK(make_content(epoch, MLS_PUBLIC_MESSAGE, type, raw, &framed_public, &signature, &content));
        if (type == MLS_APPLICATION) {
                /* Section 6: application data never goes out in the clear. */
                CHECK(mls_protect_public(&content, mls_slice_of(&epoch->group_context), &epoch->membership,
                                         &public_message) < 0);
                return true;
        }
        CHECK(mls_protect_public(&content, mls_slice_of(&epoch->group_context), &epoch->membership,
                                 &public_message) == 0);
        return check_public(epoch, mls_slice_of(&public_message), type, raw);
}

static bool run_message_protection(JsonObject *test)
{
        __attribute__((cleanup(epoch_deinit))) Epoch epoch = {0};
        HEX(group_id, test, "group_id");
        HEX(proposal, test, "proposal");
        HEX(proposal_pub, test, "proposal_pub");
        HEX(proposal_priv, test, "proposal_priv");
        HEX(commit, test, "commit");
        HEX(commit_pub, test, "commit_pub");
        HEX(commit_priv, test, "commit_priv");
        HEX(application, test, "application");
        HEX(application_priv, test, "application_priv");

        CHECK(epoch_init(&epoch, test, group_id));
        CHECK(check_public(&epoch, proposal_pub, MLS_PROPOSAL, proposal));
        CHECK(check_private(&epoch, proposal_priv, MLS_PROPOSAL, proposal));
        CHECK(check_own(&epoch, MLS_PROPOSAL, proposal));
        CHECK(check_public(&epoch, commit_pub, MLS_COMMIT, commit));
        CHECK(check_private(&epoch, commit_priv, MLS_COMMIT, commit));
        CHECK(check_own(&epoch, MLS_COMMIT, commit));
        CHECK(check_private(&epoch, application_priv, MLS_APPLICATION, application));
        CHECK(check_own(&epoch, MLS_APPLICATION, application));
        return true;
}

/* The joiner secret, and with it (and no PSK) the group info. */
static bool open_welcome(const MlsWelcome *welcome, const MlsKeyPackage *package, const DhKeyPair *init,
                         MlsSecret *joiner, uint8_t *info, MlsSlice *out)
{
        uint8_t plaintext[4096];
        MlsEncryptedGroupSecrets entry;
        MlsGroupSecrets secrets;
        MlsSlice sealed;
        MlsHash reference;
        MlsSecret welcome_secret;
        MlsAeadKey key;

        mls_key_package_reference(package, &reference);
        CHECK(mls_find_in_welcome(welcome, &reference, &entry));
        sealed = entry.encrypted_group_secrets.ciphertext;
        CHECK(sealed.size >= MLS_AEAD_TAG_SIZE && sealed.size < sizeof(plaintext));
        CHECK(mls_decrypt_with_label(init, MLS_LABEL_WELCOME, welcome->encrypted_group_info,
                                     &entry.encrypted_group_secrets, plaintext) == 0);
        CHECK(mls_decode_group_secrets(mls_slice(plaintext, sealed.size - MLS_AEAD_TAG_SIZE), &secrets) ==
              0);
        CHECK(secrets.joiner_secret.size == sizeof(joiner->bytes));
        memcpy(joiner->bytes, secrets.joiner_secret.data, sizeof(joiner->bytes));
        mls_welcome_secret(joiner, &(MlsSecret){{0}}, &welcome_secret);
        mls_welcome_key(&welcome_secret, &key);
        CHECK(mls_aead_open(&key, (MlsSlice){0}, welcome->encrypted_group_info.data,
                            welcome->encrypted_group_info.size, info) == 0);
        *out = mls_slice(info, welcome->encrypted_group_info.size - MLS_AEAD_TAG_SIZE);
        return true;
}

static bool run_welcome(JsonObject *test)
{
        HEX(package_message, test, "key_package");
        HEX(welcome_message, test, "welcome");
        g_autofree uint8_t *buffer = g_malloc0(welcome_message.size + 1);
        MlsMessage package, welcome;
        MlsEpochSecrets secrets;
        SigningPublicKey signer;
        MlsSlice info_bytes;
        MlsGroupInfo info;
        MlsSecret joiner;
        DhKeyPair init;
        MlsHash tag;
        MLS_WRITER(context);

        CHECK(mls_decode_message(package_message, &package) == 0 && package.wire_format == MLS_KEY_PACKAGE);
        CHECK(mls_decode_message(welcome_message, &welcome) == 0 && welcome.wire_format == MLS_WELCOME);
        CHECK(vector_fixed(test, "init_priv", init.secret_key.bytes, 32));
        CHECK(vector_fixed(test, "signer_pub", signer.bytes, 32));
        CHECK(mls_dh_key_from(package.key_package.init_key, &init.public_key));
        CHECK(mls_check_key_package(&package.key_package) == 0);
        CHECK(open_welcome(&welcome.welcome, &package.key_package, &init, &joiner, buffer, &info_bytes));
        CHECK(mls_decode_group_info(info_bytes, &info) == 0);
        CHECK(mls_verify_group_info(&info, &signer) == 0);
        mls_write_group_context(&context, &info.context);
        mls_epoch_secrets(&joiner, &(MlsSecret){{0}}, mls_written(&context), &secrets);
        mls_confirmation_tag(&secrets.confirmation, info.context.confirmed_transcript_hash, &tag);
        CHECK(mls_slice_equal(info.confirmation_tag, mls_hash_slice(&tag)));
        return true;
}

const VectorKind vector_message_protection = {
                "message-protection",
                {"proposal_priv", "commit_priv", "application_priv", "membership_key"},
                run_message_protection};
const VectorKind vector_welcome = {
                "welcome", {"init_priv", "signer_pub", "key_package", "welcome"}, run_welcome};
