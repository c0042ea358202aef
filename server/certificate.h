/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pthread.h>

#include "wire/pin.h"

struct evp_pkey_st;
struct ssl_st;
struct stack_st_X509;
struct x509_st;

/* A certificate, its key, and what stands between it and its authority. */
typedef struct CertificateChain {
        struct x509_st *leaf;
        struct evp_pkey_st *key;
        struct stack_st_X509 *others;
        CertificatePin pin; /* of the leaf */
} CertificateChain;

/*
 * The server's certificate and its key, PEM files. They are checked here, before any listener starts, so
 * that what is wrong with them is said in words. Functions return a code of server/exit-code.h, after a line
 * in the log.
 */
typedef struct Certificate {
        char *certificate_path, *key_path;
        pthread_mutex_t lock; /* of what follows: connections take it while it may be replaced */
        CertificateChain chain;
} Certificate;

void certificate_init(Certificate *certificate);
/* The administrator's. */
int certificate_load(Certificate *certificate, const char *certificate_path, const char *key_path);
/* A self-signed one in the state folder, made if it is not there: EC P-256, 10 years, for this host and
 * loopback. */
int certificate_load_own(Certificate *certificate, const char *folder);
/* Reads the same files again. If there is anything wrong with them, everything stays as it is. */
int certificate_reload(Certificate *certificate);
/* For a connection whose handshake begins; on any thread. 0, or -1. */
int certificate_use(Certificate *certificate, struct ssl_st *connection);
void certificate_deinit(Certificate *certificate);
