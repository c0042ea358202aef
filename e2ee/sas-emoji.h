/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/*
 * The published table of 64 emoji for comparing, which the Matrix specification has too: chosen to look different and to have
 * names that nobody confuses when they read them out.
 */
typedef struct SasEmoji {
        const char *emoji; /* UTF-8 */
        const char *name;  /* English, for pgettext() with the context "emoji" */
} SasEmoji;

const SasEmoji *sas_emoji(unsigned number); /* NULL beyond the table */
