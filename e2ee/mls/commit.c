/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/commit.h"

#include "e2ee/mls/limits.h"

enum { BY_VALUE = 1, BY_REFERENCE = 2 };

void mls_read_update_path_node(ByteReader *reader, MlsUpdatePathNode *out)
{
        MlsHpkeCiphertext ciphertext;
        ByteReader ciphertexts;

        *out = (MlsUpdatePathNode){0};
        out->encryption_key = mls_read_vector(reader);
        out->ciphertexts = mls_read_vector(reader);
        ciphertexts = mls_reader(out->ciphertexts);
        while (ciphertexts.left > 0 && !ciphertexts.failed) {
                mls_read_hpke_ciphertext(&ciphertexts, &ciphertext);
                out->ciphertext_count++;
        }
        if (ciphertexts.failed)
                reader->failed = true;
}

void mls_read_update_path(ByteReader *reader, MlsUpdatePath *out)
{
        MlsUpdatePathNode node;
        ByteReader nodes;

        *out = (MlsUpdatePath){0};
        mls_read_leaf_node(reader, &out->leaf_node);
        out->nodes = mls_read_vector(reader);
        nodes = mls_reader(out->nodes);
        while (nodes.left > 0 && !nodes.failed) {
                mls_read_update_path_node(&nodes, &node);
                out->node_count++;
        }
        if (nodes.failed)
                reader->failed = true;
}

void mls_write_update_path(MlsWriter *writer, const MlsUpdatePath *path)
{
        mls_write_leaf_node(writer, &path->leaf_node);
        mls_write_vector(writer, path->nodes);
}

void mls_read_proposal_or_ref(ByteReader *reader, MlsProposalOrRef *out)
{
        uint8_t type = read_u8(reader);

        *out = (MlsProposalOrRef){.is_reference = type == BY_REFERENCE};
        if (type == BY_VALUE)
                mls_read_proposal(reader, &out->proposal);
        else if (type == BY_REFERENCE)
                out->reference = mls_read_vector(reader);
        else
                reader->failed = true;
}

void mls_write_proposal_or_ref(MlsWriter *writer, const MlsProposalOrRef *item)
{
        mls_write_u8(writer, item->is_reference ? BY_REFERENCE : BY_VALUE);
        if (item->is_reference)
                mls_write_vector(writer, item->reference);
        else
                mls_write_proposal(writer, &item->proposal);
}

void mls_read_commit(ByteReader *reader, MlsCommit *out)
{
        MlsProposalOrRef item;
        ByteReader proposals;

        *out = (MlsCommit){0};
        out->proposals = mls_read_vector(reader);
        proposals = mls_reader(out->proposals);
        while (proposals.left > 0 && !proposals.failed) {
                mls_read_proposal_or_ref(&proposals, &item);
                if (++out->proposal_count > MLS_PROPOSALS_MAX)
                        proposals.failed = true;
        }
        if (proposals.failed)
                reader->failed = true;
        out->has_path = read_bool(reader);
        if (out->has_path)
                mls_read_update_path(reader, &out->path);
}

void mls_write_commit(MlsWriter *writer, const MlsCommit *commit)
{
        mls_write_vector(writer, commit->proposals);
        mls_write_u8(writer, commit->has_path);
        if (commit->has_path)
                mls_write_update_path(writer, &commit->path);
}
