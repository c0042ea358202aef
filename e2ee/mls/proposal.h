/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/key-package.h"
#include "e2ee/mls/psk.h"

/* Proposals (RFC 9420 section 12.1). Types of later specifications have no form that could be read here. */
typedef enum MlsProposalType {
        MLS_PROPOSAL_ADD = 1,
        MLS_PROPOSAL_UPDATE = 2,
        MLS_PROPOSAL_REMOVE = 3,
        MLS_PROPOSAL_PSK = 4,
        MLS_PROPOSAL_REINIT = 5,
        MLS_PROPOSAL_EXTERNAL_INIT = 6,
        MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS = 7,
} MlsProposalType;

typedef struct MlsReInit { /* section 12.1.5 */
        MlsSlice group_id;
        uint16_t version;
        uint16_t cipher_suite;
        MlsSlice extensions;
} MlsReInit;

typedef struct MlsProposal {
        MlsProposalType type;
        union {
                MlsKeyPackage add;
                MlsLeafNode update;
                uint32_t removed; /* leaf index */
                MlsPskId psk;
                MlsReInit reinit;
                MlsSlice kem_output; /* external_init */
                MlsSlice extensions; /* group_context_extensions */
        };
        MlsSlice encoded; /* set by decoding */
} MlsProposal;

void mls_read_proposal(ByteReader *reader, MlsProposal *out);
/* What comes behind the type. */
void mls_read_proposal_body(ByteReader *reader, MlsProposalType type, MlsProposal *out);
void mls_write_proposal_body(MlsWriter *writer, const MlsProposal *proposal);
void mls_write_proposal(MlsWriter *writer, const MlsProposal *proposal);
/* 0 or MLS_MALFORMED. */
int mls_decode_proposal(MlsSlice encoded, MlsProposal *out);

/* A commit with a proposal of this type has an update path (section 12.4). */
bool mls_proposal_requires_path(MlsProposalType type);
/* Who is no member, but listed in external_senders, may send it (section 12.1.8). */
bool mls_proposal_may_be_external(MlsProposalType type);
