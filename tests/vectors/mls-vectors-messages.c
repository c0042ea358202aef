/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of all structures: each is decoded and encoded anew, down to its smallest parts. */
#include "e2ee/mls/message.h"
#include "e2ee/mls/ratchet-tree.h"
#include "tests/vectors/mls-vectors.h"

/* Encodes the elements of a vector one by one. */
static bool ciphertexts_again(MlsSlice list, MlsWriter *writer)
{
        ByteReader reader = mls_reader(list);
        size_t begin = mls_begin_vector(writer);
        MlsHpkeCiphertext item;

        while (reader.left > 0) {
                mls_read_hpke_ciphertext(&reader, &item);
                mls_write_vector(writer, item.kem_output);
                mls_write_vector(writer, item.ciphertext);
        }
        mls_end_vector(writer, begin);
        return reader_done(&reader);
}

static bool path_again(const MlsUpdatePath *path, MlsWriter *writer)
{
        ByteReader reader = mls_reader(path->nodes);
        MlsUpdatePathNode node;
        size_t begin;

        mls_write_leaf_node(writer, &path->leaf_node);
        begin = mls_begin_vector(writer);
        while (reader.left > 0) {
                mls_read_update_path_node(&reader, &node);
                mls_write_vector(writer, node.encryption_key);
                if (!ciphertexts_again(node.ciphertexts, writer))
                        return false;
        }
        mls_end_vector(writer, begin);
        return reader_done(&reader);
}

static bool commit_again(const MlsCommit *commit, MlsWriter *writer)
{
        ByteReader reader = mls_reader(commit->proposals);
        size_t begin = mls_begin_vector(writer);
        MlsProposalOrRef item;

        while (reader.left > 0) {
                mls_read_proposal_or_ref(&reader, &item);
                mls_write_proposal_or_ref(writer, &item);
        }
        mls_end_vector(writer, begin);
        mls_write_u8(writer, commit->has_path);
        return reader_done(&reader) && (!commit->has_path || path_again(&commit->path, writer));
}

static bool check_message(JsonObject *test, const char *member, MlsWireFormat wire_format,
                          MlsContentType type)
{
        HEX(given, test, member);
        MLS_WRITER(writer);
        MlsMessage message;

        CHECK(mls_decode_message(given, &message) == 0);
        CHECK(message.wire_format == wire_format);
        if (wire_format == MLS_PUBLIC_MESSAGE)
                CHECK(message.public_message.content.type == type);
        mls_write_message(&writer, &message);
        return vector_is(test, member, mls_written(&writer));
}

static bool check_proposal(JsonObject *test, const char *member, MlsProposalType type)
{
        HEX(given, test, member);
        ByteReader reader = mls_reader(given);
        MLS_WRITER(writer);
        MlsProposal proposal = {0};

        mls_read_proposal_body(&reader, type, &proposal);
        CHECK(reader_done(&reader));
        mls_write_proposal_body(&writer, &proposal);
        return vector_is(test, member, mls_written(&writer));
}

static bool check_commit(JsonObject *test)
{
        HEX(given, test, "commit");
        ByteReader reader = mls_reader(given);
        MLS_WRITER(writer);
        MLS_WRITER(parts);
        MlsCommit commit;

        mls_read_commit(&reader, &commit);
        CHECK(reader_done(&reader));
        mls_write_commit(&writer, &commit);
        CHECK(vector_is(test, "commit", mls_written(&writer)));
        CHECK(commit_again(&commit, &parts));
        return vector_is(test, "commit", mls_written(&parts));
}

/* Of any suite; the trees of ours are decoded and encoded by the tests of the tree itself. */
static bool check_tree(JsonObject *test)
{
        HEX(given, test, "ratchet_tree");
        ByteReader outer = mls_reader(given), nodes = mls_reader(mls_read_vector(&outer));
        MLS_WRITER(writer);
        size_t begin = mls_begin_vector(&writer);
        MlsNodeForm node;

        CHECK(reader_done(&outer));
        while (nodes.left > 0) {
                mls_read_tree_node(&nodes, &node);
                CHECK(!nodes.failed);
                mls_write_tree_node(&writer, &node);
        }
        mls_end_vector(&writer, begin);
        return vector_is(test, "ratchet_tree", mls_written(&writer));
}

static bool check_group_secrets(JsonObject *test)
{
        HEX(given, test, "group_secrets");
        MLS_WRITER(writer);
        MlsGroupSecrets secrets;

        CHECK(mls_decode_group_secrets(given, &secrets) == 0);
        mls_write_group_secrets(&writer, &secrets);
        return vector_is(test, "group_secrets", mls_written(&writer));
}

static bool run_messages(JsonObject *test)
{
        CHECK(check_message(test, "mls_welcome", MLS_WELCOME, 0));
        CHECK(check_message(test, "mls_group_info", MLS_GROUP_INFO, 0));
        CHECK(check_message(test, "mls_key_package", MLS_KEY_PACKAGE, 0));
        CHECK(check_tree(test));
        CHECK(check_group_secrets(test));
        CHECK(check_proposal(test, "add_proposal", MLS_PROPOSAL_ADD));
        CHECK(check_proposal(test, "update_proposal", MLS_PROPOSAL_UPDATE));
        CHECK(check_proposal(test, "remove_proposal", MLS_PROPOSAL_REMOVE));
        CHECK(check_proposal(test, "pre_shared_key_proposal", MLS_PROPOSAL_PSK));
        CHECK(check_proposal(test, "re_init_proposal", MLS_PROPOSAL_REINIT));
        CHECK(check_proposal(test, "external_init_proposal", MLS_PROPOSAL_EXTERNAL_INIT));
        CHECK(check_proposal(test, "group_context_extensions_proposal",
                             MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS));
        CHECK(check_commit(test));
        CHECK(check_message(test, "public_message_application", MLS_PUBLIC_MESSAGE, MLS_APPLICATION));
        CHECK(check_message(test, "public_message_proposal", MLS_PUBLIC_MESSAGE, MLS_PROPOSAL));
        CHECK(check_message(test, "public_message_commit", MLS_PUBLIC_MESSAGE, MLS_COMMIT));
        CHECK(check_message(test, "private_message", MLS_PRIVATE_MESSAGE, 0));
        return true;
}

const VectorKind vector_messages = {"messages",
                                    {"mls_welcome", "mls_group_info", "group_secrets", "private_message"},
                                    run_messages};
