/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/problem.h"
#include "daemon/store-contact.h"

/*
 * Who may write to us, and what becomes of it. What a stranger writes waits as a request, and they learn nothing of us until
 * somebody here accepts it or writes to them.
 */
enum {
        REQUESTS_MAX = 200,                         /* open ones; further strangers are turned away */
        REQUEST_MESSAGES_MAX = 20,                  /* of one request */
        REQUEST_BYTES_MAX = 128 * 1024,             /* of text, of one request */
        REQUEST_AGAIN_MS = 7 * 24 * 60 * 60 * 1000, /* so long a declined sender is not heard */
};

/* What a person decides, each in a transaction of its own. */
typedef enum RelationStep {
        RELATION_ACCEPT,  /* a request, or somebody who was declined */
        RELATION_DECLINE, /* a request; its messages are gone */
        RELATION_BLOCK,   /* anybody; a request's messages are gone */
        RELATION_UNBLOCK, /* back to what they were */
} RelationStep;

/*
 * What is so already stays so: 0. PROBLEM_NOT_FOUND: no such contact; PROBLEM_BLOCKED: unblock them first;
 * PROBLEM_INVALID_ARGUMENT: only a request can be declined.
 */
int relation_take_step(Store *store, const char *name, RelationStep step);

/* These take part in their caller's transaction. */

/* Somebody here writes to them, and so accepts them. 0 or PROBLEM_BLOCKED. */
int relation_write_to(Store *store, Contact *contact);

enum {
        RELATION_DROP = 1,   /* not to be heard, and nobody is to notice */
        RELATION_REFUSE = 2, /* one more than fits: counted */
};

/* Before an envelope of somebody unknown is opened: 0 or RELATION_REFUSE. */
int relation_admit_stranger(Store *store, bool ephemeral);
/*
 * Once it is opened: may the contact say something of this size? Opens the request of somebody who was declined long
 * enough ago. Returns 0, RELATION_DROP or RELATION_REFUSE.
 */
int relation_admit(Store *store, Contact *contact, size_t size, bool ephemeral);
