/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "e2ee/keys.h"

/*
 * Ed25519 (RFC 8032). Keys are signed, messages never are. What libe2ee signs is label || 0x00 || data, with
 * a label of e2ee/labels.h and at most SIGN_DATA_MAX bytes of data.
 */
enum { SIGN_DATA_MAX = 2048 };

void sign_labelled(const SigningSecretKey *key, const char *label, const uint8_t *data, size_t size,
                   Signature *out);
bool verify_labelled(const SigningPublicKey *key, const char *label, const uint8_t *data, size_t size,
                     const Signature *signature);

/*
 * Ed25519 itself, without a label. Keys of small order and encodings that are not canonical do not verify.
 */
bool ed25519_verify(const SigningPublicKey *key, const uint8_t *data, size_t size,
                    const Signature *signature);
