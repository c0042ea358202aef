/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/group.h"
#include "e2ee/mls/key-package.h"

/*
 * Who sits at a leaf: the user name is the credential, and a certificate in an extension of the leaf says
 * that the account's identity key wants the leaf's signature key (docs/protocol-groups.md, "Members").
 */

/* A fresh leaf key and its certificate; client is what e2ee/mls/ takes. It stays where it is. */
typedef struct GroupLeaf {
        SigningSecretKey key;
        char name[ADDRESS_NAME_MAX + 1];
        MlsWriter extensions;
        MlsClient client;
} GroupLeaf;

int group_leaf_init(GroupLeaf *leaf, const GroupSelf *self, const E2eeContext *context); /* 0 or -ENOMEM */
void group_leaf_deinit(GroupLeaf *leaf);

/* Who it says it is; role and leaf index are not set. 0, or MLS_BAD_CREDENTIAL where the form is wrong. */
int group_leaf_read(const MlsLeafNode *leaf, GroupMember *out);
/* And the identity key has signed it. */
int group_leaf_verify(const MlsLeafNode *leaf, GroupMember *out);

static inline bool group_same_key(const SigningPublicKey *a, const SigningPublicKey *b)
{
        return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* The account of self, by name and identity key. */
static inline bool group_member_is(const GroupMember *member, const GroupSelf *self)
{
        return strcmp(member->address.name, self->address.name) == 0 &&
               group_same_key(&member->identity_key, &self->identity->public_identity.signing_key);
}
