/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What is accepted from others, at most. Whatever is beyond is refused with MLS_TOO_LARGE or as malformed.
 */
enum {
        MLS_LEAVES_MAX = 16384,             /* leaves of a ratchet tree: 2^14 */
        MLS_LEVELS_MAX = 15,                /* levels of it */
        MLS_MESSAGE_MAX = 32 * 1024 * 1024, /* an MLSMessage; of 10,000 members, a tree has some 4 MB */
        MLS_GROUP_ID_MAX = 256,
        MLS_AUTHENTICATED_DATA_MAX = 64 * 1024,
        MLS_APPLICATION_DATA_MAX = 1024 * 1024,
        MLS_LEAF_NODE_MAX = 16 * 1024,
        MLS_EXTENSIONS_MAX = 64,                         /* in one list */
        MLS_CONTEXT_EXTENSIONS_SIZE_MAX = 1024 * 1024,   /* all extensions of a group context together */
        MLS_PROPOSALS_MAX = MLS_LEAVES_MAX,              /* in a commit */
        MLS_PSKS_MAX = 64,                               /* in a commit */
        MLS_CACHED_PROPOSALS_MAX = 1024,                 /* by reference, in one epoch */
        MLS_CACHED_PROPOSALS_SIZE_MAX = 8 * 1024 * 1024, /* all of them together */
        MLS_PENDING_UPDATES_MAX = 16,                    /* our own update proposals of one epoch */
        MLS_PAST_EPOCHS_MAX = 8,   /* whose messages can still be read; the caller may ask for fewer */
        MLS_PAST_PSKS_MAX = 32,    /* epochs whose resumption PSK is kept */
        MLS_JUMP_MAX = 2000,       /* messages of one sender that one message may jump over */
        MLS_SKIPPED_MAX = 2000,    /* keys of such messages in one epoch; the oldest go first */
        MLS_EXPORT_MAX = 255 * 32, /* bytes that MLS-Exporter can give */
};

/* Longest acceptable lifetime of a key package, and how far its begin may lie ahead of our clock, in
 * seconds. */
#define MLS_LIFETIME_MAX (UINT64_C(200) * 24 * 3600)
#define MLS_CLOCK_SKEW   UINT64_C(3600)
