/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/failure.h"

/*
 * What went wrong and what to do next, as "smctl: SENTENCE HINT" on standard error. Each returns the
 * failure, which is the exit code.
 */
ClientFailure report(const GError *error);
ClientFailure report_failure(ClientFailure failure);
/* "smctl: PATH: what the system says". DISK_FULL where it says that. */
ClientFailure report_file(ClientFailure failure, const char *path, int error);
/* A message in the local store that the server does not have yet is not sent, whatever the reason. */
ClientFailure report_queued(const char *recipient, const char *reason);
/* Of a contact without a key: somebody who was never heard of, or oneself. */
ClientFailure report_no_number(const char *contact);
ClientFailure report_usage(const char *sentence); /* exit code 2, with a pointer to help */

/* The same words, for whoever prints elsewhere. Newly allocated, and harmless for a terminal. */
char *report_words(const GError *error);

/* What to do about a failure, in terms of smctl; "" where the sentence says it all. */
const char *report_hint(ClientFailure failure);
