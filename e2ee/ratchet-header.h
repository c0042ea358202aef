/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/ratchet.h"

/*
 * The header of a session message (HEADER, HENCRYPT and HDECRYPT of Double Ratchet section 4.2), and the
 * CONCAT.
 */
typedef struct RatchetHeader {
        DhPublicKey ratchet_key;
        uint32_t sent_before; /* PN */
        uint32_t number;      /* N */
} RatchetHeader;

/* Seals behind the nonce that already stands at the beginning of message. */
void ratchet_header_seal(const HeaderKey *key, const uint8_t *ad, size_t ad_size,
                         const RatchetHeader *header, uint8_t message[static RATCHET_SEALED_HEADER_SIZE]);
bool ratchet_header_open(const HeaderKey *key, const uint8_t *ad, size_t ad_size,
                         const uint8_t message[static RATCHET_SEALED_HEADER_SIZE], RatchetHeader *out);

typedef struct RatchetAd {
        uint8_t bytes[RATCHET_AD_MAX + RATCHET_SEALED_HEADER_SIZE];
        size_t size;
} RatchetAd;

/* The body's associated data: the caller's, and the sealed header with its nonce. */
void ratchet_body_ad(RatchetAd *out, const uint8_t *ad, size_t ad_size,
                     const uint8_t message[static RATCHET_SEALED_HEADER_SIZE]);
