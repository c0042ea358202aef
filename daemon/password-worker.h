/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/password.h"

/*
 * Turns passwords into keys beside the main loop: Argon2id takes most of a second and 256 MiB, so there is
 * one thread, and jobs wait for one another.
 */
enum { PASSWORD_JOBS_MAX = 16 };

typedef struct PasswordWorker PasswordWorker;
typedef struct PasswordJob PasswordJob;

/* Called once, from the main loop. result: 0 or a negative errno. keys are wiped after the return. */
typedef void (*PasswordJobDone)(void *userdata, int result, const PasswordKeys *keys);

PasswordWorker *password_worker_new(void);                    /* NULL: no thread to be had */
PasswordWorker *password_worker_free(PasswordWorker *worker); /* waits for the job that runs */
void password_worker_freep(PasswordWorker **worker);

/*
 * Takes the password over, also when it fails. PROBLEM_TOO_MANY_CALLS where PASSWORD_JOBS_MAX wait already;
 * -ENOMEM. The job is gone after done or cancel.
 */
int password_worker_start(PasswordWorker *worker, Password *password, const PasswordParameters *parameters,
                          PasswordJobDone done, void *userdata, PasswordJob **out);
void password_job_cancel(PasswordJob *job); /* done is not called; accepts NULL */
