/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An MLSMessage: what is accepted has one encoding, and can be gone through without looking again. */
#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void go_through(const MlsFramedContent *content)
{
        ByteReader reader;
        MlsProposalOrRef item;
        MlsUpdatePathNode node;

        if (content->type != MLS_COMMIT)
                return;
        reader = mls_reader(content->commit.proposals);
        for (size_t i = 0; i < content->commit.proposal_count; i++)
                mls_read_proposal_or_ref(&reader, &item);
        party_expect(reader_done(&reader));
        if (!content->commit.has_path)
                return;
        reader = mls_reader(content->commit.path.nodes);
        for (size_t i = 0; i < content->commit.path.node_count; i++)
                mls_read_update_path_node(&reader, &node);
        party_expect(reader_done(&reader));
        mls_check_leaf_node(&content->commit.path.leaf_node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        MlsMessageHeader header;
        MlsMessage message;
        MLS_WRITER(writer);

        mls_peek_message(mls_slice(data, size), &header);
        if (mls_decode_message(mls_slice(data, size), &message) != 0)
                return 0;
        mls_write_message(&writer, &message);
        party_expect(mls_slice_equal(mls_written(&writer), mls_slice(data, size)));
        if (message.wire_format == MLS_PUBLIC_MESSAGE)
                go_through(&message.public_message.content);
        if (message.wire_format == MLS_KEY_PACKAGE)
                mls_check_key_package(&message.key_package);
        return 0;
}
