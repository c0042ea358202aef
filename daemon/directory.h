/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/server-link.h"

/* The server's list of its users, where the administrator has switched it on. Nothing of it is kept. */
typedef struct Directory Directory;

enum { DIRECTORY_QUESTIONS_MAX = 16 }; /* under way */

typedef struct DirectoryQuestion {
        const char *beginning; /* of the names; "": all */
        const char *after;     /* the last name that is known already; "": none */
        uint32_t limit;        /* 1 to WIRE_USERS_MAX */
} DirectoryQuestion;

/* Called once: 0 and the names in order, or a Problem. */
typedef void (*DirectoryDone)(void *userdata, int result, char *const *names, size_t count);

/* The link must outlive it. NULL: no memory. */
Directory *directory_new(ServerLink *link);
Directory *directory_free(Directory *directory); /* questions under way end with PROBLEM_LOCKED */
void directory_link_changed(Directory *directory);

/* 0, then done() is called; or PROBLEM_SERVER_UNREACHABLE, PROBLEM_BAD_NAME, PROBLEM_INVALID_ARGUMENT, PROBLEM_TOO_MANY_CALLS. */
int directory_ask(Directory *directory, const DirectoryQuestion *question, DirectoryDone done, void *userdata);
/* Nobody wants to hear of it any more. */
void directory_forget(Directory *directory, void *userdata);
