/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-state.h"
#include "e2ee/mls/message.h"

/* Three members of a group, and one who is not in it, always the same: for the mls targets and their
 * corpora. */
enum { PARTY_MEMBERS = 3, PARTY_GUEST = 3, PARTY_SIZE = 4 };

typedef struct PartyMember {
        E2eeContext context;
        uint64_t random;
        SigningSecretKey signing_key;
        MlsClient client;
        MlsKeyPackageSecrets secrets;
        MlsBuffer package;
        MlsGroup *group; /* NULL: the guest */
} PartyMember;

typedef struct Party {
        PartyMember members[PARTY_SIZE];
        MlsBuffer tree, state; /* of the first member, stored */
} Party;

const Party *party(void);
void party_expect(bool holds); /* aborts */
/* The first member's group, loaded anew. */
MlsGroup *party_load(const Party *party);

/* The stored form of a group: the size of the tree in four bytes, the tree, the state. */
MlsBuffer party_store(const MlsGroup *group);

/*
 * A public message of who has this group, with this content, signed and tagged as it should be: what an
 * insider can do. Its first byte is the content's type.
 */
MlsBuffer party_insider_message(const MlsGroup *insider, MlsSlice content);
/*
 * A welcome for the guest with these group secrets, and a group info that the first member has signed: size
 * of the group secrets in two bytes, group secrets, group info without signature.
 */
bool party_insider_welcome(const Party *party, MlsSlice parts, MlsBuffer *out);
