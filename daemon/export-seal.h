/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "daemon/password.h"

/*
 * An export under a password: docs/export-format.md. Bytes go in as they come, and come out in sealed chunks
 * of one size, so that a file that was cut off or joined is noticed.
 */
typedef struct ExportSeal ExportSeal;

/*
 * Derives the key in a thread of its own, which takes most of a second, and then calls done from the main
 * loop: 0 or -ENOMEM. Takes the password over. One derivation at a time: PROBLEM_TOO_MANY_CALLS.
 */
typedef void (*ExportSealDone)(void *userdata, int result);
int export_seal_new(Password *password, ExportSealDone done, void *userdata, ExportSeal **out);
ExportSeal *export_seal_free(ExportSeal *seal); /* at any time; then done is not called */

/* What can be written now is appended to out: the header before anything else. */
void export_seal_push(ExportSeal *seal, const char *data, size_t size, GByteArray *out);
void export_seal_finish(ExportSeal *seal, GByteArray *out);
