/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "e2ee/mls/group.h"

/* Members of groups for the MLS tests: real groups with the randomness of a seed, so that each run is the
 * same. */
typedef struct Dice {
        uint64_t state;
} Dice;
uint32_t dice_below(Dice *dice, uint32_t bound);

typedef struct Member {
        char name[24];
        Dice *dice;
        E2eeContext context;
        SigningSecretKey signing_key;
        MlsClient client;
        MlsPolicy policy;
        MlsKeyPackageSecrets secrets;
        MlsBuffer package; /* encoded KeyPackage that belongs to the secrets */
        MlsGroup *group;
} Member;

enum { MEMBER_EXTENSION = 0xf042 }; /* of a group context; all members understand it */

void member_init(Member *member, const char *name, Dice *dice);
void member_deinit(Member *member);
void member_make_package(Member *member);
/* An add of the member's package; its slices live as long as the package. */
MlsProposal member_add(const Member *member);

void member_create(Member *member, const char *group_id);
/* Commits these proposals and keeps the commit. */
void member_commit(Member *member, const MlsProposal *proposals, size_t count, MlsCommitResult *out);
void member_join(Member *member, const MlsBuffer *welcome, const MlsGroup *predecessor);
/* 0, or the refusal; a failure of another kind fails the test. */
int member_receive(Member *member, const MlsBuffer *message, MlsReceived *out);
void member_take(Member *member, const MlsBuffer *message); /* which has to succeed */
MlsBuffer member_send(Member *member, const char *text);
/* The member reads this text in the message. */
void member_reads(Member *member, const MlsBuffer *message, const char *text);
int member_try_read(Member *member, const MlsBuffer *message);
bool members_agree(const Member *a, const Member *b);
/* The group is stored and loaded. */
void member_restart(Member *member);
MlsBuffer member_state(const Member *member); /* both parts of the stored form, one after the other */

/* The first is the creator and has added the others. */
void members_meet(Member *members, const char *const *names, size_t count, Dice *dice);
void members_part(Member *members, size_t count);
