/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/proposal.h"

/* Update paths (RFC 9420 section 7.6) and commits (section 12.4) as they are on the wire. */
typedef struct MlsUpdatePathNode {
        MlsSlice encryption_key;
        MlsSlice ciphertexts; /* content of the vector of HPKECiphertext */
        size_t ciphertext_count;
} MlsUpdatePathNode;

typedef struct MlsUpdatePath {
        MlsLeafNode leaf_node;
        MlsSlice nodes; /* content of the vector of UpdatePathNode */
        size_t node_count;
} MlsUpdatePath;

void mls_read_update_path_node(ByteReader *reader, MlsUpdatePathNode *out);
void mls_read_update_path(ByteReader *reader, MlsUpdatePath *out);
void mls_write_update_path(MlsWriter *writer, const MlsUpdatePath *path);

typedef struct MlsProposalOrRef {
        bool is_reference;
        MlsProposal proposal;
        MlsSlice reference;
} MlsProposalOrRef;

typedef struct MlsCommit {
        MlsSlice proposals; /* content of the vector of ProposalOrRef */
        size_t proposal_count;
        bool has_path;
        MlsUpdatePath path;
} MlsCommit;

void mls_read_proposal_or_ref(ByteReader *reader, MlsProposalOrRef *out);
void mls_write_proposal_or_ref(MlsWriter *writer, const MlsProposalOrRef *item);
void mls_read_commit(ByteReader *reader, MlsCommit *out);
void mls_write_commit(MlsWriter *writer, const MlsCommit *commit);
