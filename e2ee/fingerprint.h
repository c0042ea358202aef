/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/identity.h"

/*
 * The safety number of two identities: 60 decimal digits, the same for both sides, by the published algorithm
 * (version 0, 5,200 iterations of SHA-512; docs/protocol-e2ee.md, "Safety numbers").
 */
enum { SAFETY_NUMBER_SIZE = 60 + 1 };

void safety_number(const char *local_name, const PublicIdentity *local, const char *remote_name,
                   const PublicIdentity *remote, char out[static SAFETY_NUMBER_SIZE]);

/* The parts of it, for the published test vectors: any identifier bytes, any key bytes. */
void safety_number_half(const uint8_t *identifier, size_t identifier_size, const uint8_t *key, size_t key_size,
                        unsigned iterations, char out[static 30 + 1]);
void safety_number_join(const char *half_a, const char *half_b, char out[static SAFETY_NUMBER_SIZE]);
