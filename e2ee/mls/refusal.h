/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Why something was refused. Functions of e2ee/mls/ return 0, a negative errno (-ENOMEM, -EMSGSIZE for what
 * would become too large to encode), or one of these. It is one vocabulary for all of them: inside e2ee/mls/
 * a refusal is passed up as it is. Whatever was refused has changed nothing.
 */
typedef enum MlsRefusal {
        MLS_MALFORMED = 1,            /* the bytes are not what they should be */
        MLS_UNSUPPORTED = 2,          /* a version, cipher suite or type that is not known here */
        MLS_TOO_LARGE = 3,            /* beyond a limit of e2ee/mls/limits.h */
        MLS_FORGED = 4,               /* a signature, a tag or a ciphertext does not verify */
        MLS_WRONG_GROUP = 5,          /* is for another group */
        MLS_EPOCH_GONE = 6,           /* of an epoch whose keys are not there any more */
        MLS_EPOCH_AHEAD = 7,          /* of an epoch that has not come yet: a commit is missing */
        MLS_REPEATED = 8,             /* its key was used before, or is not kept any more */
        MLS_TOO_FAR = 9,              /* jumps over too many messages of its sender */
        MLS_UNKNOWN_SENDER = 10,      /* the sender is not in the group */
        MLS_OWN_MESSAGE = 11,         /* sent by this member: nobody can read what they sent */
        MLS_INVALID_LEAF = 12,        /* a leaf node or key package breaks a rule of section 7.3 or 10.1 */
        MLS_INVALID_TREE = 13,        /* a ratchet tree breaks a rule of section 7.9 or 12.4.3.1 */
        MLS_INVALID_PATH = 14,        /* an update path breaks a rule of section 7.5, 7.6 or 12.4.2 */
        MLS_INVALID_PROPOSAL = 15,    /* one proposal breaks a rule of section 12.1 */
        MLS_INVALID_PROPOSALS = 16,   /* the list of a commit breaks a rule of section 12.2 */
        MLS_UNKNOWN_PROPOSAL = 17,    /* a commit refers to a proposal that has not come */
        MLS_UNKNOWN_PSK = 18,         /* a pre-shared key that is not here */
        MLS_UNKNOWN_KEY_PACKAGE = 19, /* a welcome to somebody else */
        MLS_EXPIRED = 20,             /* a key package outside its lifetime, or one of too long a lifetime */
        MLS_BAD_CREDENTIAL = 21,      /* the application does not accept a credential */
        MLS_FORBIDDEN = 22,           /* the application does not allow this proposal or commit */
        MLS_NOT_ACTIVE = 23,          /* this member was removed, or the group was reinitialised */
        MLS_COMMIT_FIRST = 24,        /* there are proposals: commit before sending (section 12.4) */
        MLS_COMMIT_PENDING = 25,      /* there is a commit of ours that was neither kept nor dropped */
        MLS_GROUP_FULL = 26,          /* the tree would become larger than MLS_LEAVES_MAX */
        MLS_NO_TREE = 27,             /* the ratchet tree is neither in the message nor handed in */
        MLS_NO_EXTERNAL_KEY = 28,     /* a group info without the key that external joins need */
} MlsRefusal;

/* A short English name, for logs and tests; "?" for what is none of them. */
const char *mls_refusal_name(int refusal);
