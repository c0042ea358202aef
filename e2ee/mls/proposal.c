/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/proposal.h"

void mls_read_proposal_body(ByteReader *reader, MlsProposalType type, MlsProposal *out)
{
        out->type = type;
        switch (type) {
        case MLS_PROPOSAL_ADD:
                mls_read_key_package(reader, &out->add);
                return;
        case MLS_PROPOSAL_UPDATE:
                mls_read_leaf_node(reader, &out->update);
                return;
        case MLS_PROPOSAL_REMOVE:
                out->removed = read_u32(reader);
                return;
        case MLS_PROPOSAL_PSK:
                mls_read_psk_id(reader, &out->psk);
                return;
        case MLS_PROPOSAL_REINIT:
                out->reinit.group_id = mls_read_vector(reader);
                out->reinit.version = read_u16(reader);
                out->reinit.cipher_suite = read_u16(reader);
                out->reinit.extensions = mls_read_extensions(reader);
                return;
        case MLS_PROPOSAL_EXTERNAL_INIT:
                out->kem_output = mls_read_vector(reader);
                return;
        case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
                out->extensions = mls_read_extensions(reader);
                return;
        }
        reader->failed = true;
}

void mls_read_proposal(ByteReader *reader, MlsProposal *out)
{
        ByteReader begin = *reader;
        uint16_t type = read_u16(reader);

        *out = (MlsProposal){0};
        mls_read_proposal_body(reader, (MlsProposalType)type, out);
        out->encoded = mls_read_since(&begin, reader);
}

void mls_write_proposal_body(MlsWriter *writer, const MlsProposal *proposal)
{
        switch (proposal->type) {
        case MLS_PROPOSAL_ADD:
                mls_write_key_package(writer, &proposal->add);
                return;
        case MLS_PROPOSAL_UPDATE:
                mls_write_leaf_node(writer, &proposal->update);
                return;
        case MLS_PROPOSAL_REMOVE:
                mls_write_u32(writer, proposal->removed);
                return;
        case MLS_PROPOSAL_PSK:
                mls_write_psk_id(writer, &proposal->psk);
                return;
        case MLS_PROPOSAL_REINIT:
                mls_write_vector(writer, proposal->reinit.group_id);
                mls_write_u16(writer, proposal->reinit.version);
                mls_write_u16(writer, proposal->reinit.cipher_suite);
                mls_write_vector(writer, proposal->reinit.extensions);
                return;
        case MLS_PROPOSAL_EXTERNAL_INIT:
                mls_write_vector(writer, proposal->kem_output);
                return;
        case MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
                mls_write_vector(writer, proposal->extensions);
                return;
        }
}

void mls_write_proposal(MlsWriter *writer, const MlsProposal *proposal)
{
        mls_write_u16(writer, proposal->type);
        mls_write_proposal_body(writer, proposal);
}

int mls_decode_proposal(MlsSlice encoded, MlsProposal *out)
{
        ByteReader reader = mls_reader(encoded);

        mls_read_proposal(&reader, out);
        return reader_done(&reader) ? 0 : MLS_MALFORMED;
}

bool mls_proposal_requires_path(MlsProposalType type)
{
        return type == MLS_PROPOSAL_UPDATE || type == MLS_PROPOSAL_REMOVE ||
               type == MLS_PROPOSAL_EXTERNAL_INIT || type == MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS;
}

bool mls_proposal_may_be_external(MlsProposalType type)
{
        return type == MLS_PROPOSAL_ADD || type == MLS_PROPOSAL_REMOVE || type == MLS_PROPOSAL_PSK ||
               type == MLS_PROPOSAL_REINIT || type == MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS;
}
