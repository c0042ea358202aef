/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "wire/pin.h"

/*
 * The server's certificate and its key, PEM files. They are checked here, before any listener starts, so
 * that what is wrong with them is said in words. Functions return a code of server/exit-code.h, after a line
 * in the log.
 */
typedef struct Certificate {
        char *certificate_path, *key_path;
        CertificatePin pin;
} Certificate;

/* The administrator's. */
int certificate_load(Certificate *certificate, const char *certificate_path, const char *key_path);
/* A self-signed one in the state folder, made if it is not there: EC P-256, 10 years, for this host and
 * loopback. */
int certificate_load_own(Certificate *certificate, const char *folder);
void certificate_deinit(Certificate *certificate);
