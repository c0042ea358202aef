/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The pin of a server's certificate: SHA-256 over its DER bytes. In text, as `smserver` prints it and
 * `smctl register --server-pin` takes it: "sha256:" and 64 hexadecimal digits; colons between bytes are accepted.
 */
enum { CERTIFICATE_PIN_TEXT_SIZE = 7 + 64 + 1 };

typedef struct CertificatePin {
        uint8_t sha256[32];
} CertificatePin;

enum {
        PIN_MALFORMED = 1,
};

void certificate_pin_of(const uint8_t *der, size_t size, CertificatePin *out);
void certificate_pin_format(const CertificatePin *pin, char out[static CERTIFICATE_PIN_TEXT_SIZE]);
int certificate_pin_parse(const char *text, CertificatePin *out);
bool certificate_pin_equal(const CertificatePin *a, const CertificatePin *b);
