/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/pin.h"

#include <sodium.h>
#include <string.h>

#define PIN_PREFIX "sha256:"

void certificate_pin_of(const uint8_t *der, size_t size, CertificatePin *out)
{
        crypto_hash_sha256(out->sha256, der, size);
}

void certificate_pin_format(const CertificatePin *pin, char out[static CERTIFICATE_PIN_TEXT_SIZE])
{
        size_t prefix = strlen(PIN_PREFIX);

        memcpy(out, PIN_PREFIX, prefix);
        sodium_bin2hex(out + prefix, CERTIFICATE_PIN_TEXT_SIZE - prefix, pin->sha256, sizeof(pin->sha256));
}

int certificate_pin_parse(const char *text, CertificatePin *out)
{
        size_t prefix = strlen(PIN_PREFIX), size = 0;
        CertificatePin pin;
        const char *end;

        if (strncmp(text, PIN_PREFIX, prefix) != 0)
                return PIN_MALFORMED;
        text += prefix;
        /* Two digits and a separator for each byte, at most. */
        if (strnlen(text, 3 * sizeof(pin.sha256)) >= 3 * sizeof(pin.sha256))
                return PIN_MALFORMED;
        if (sodium_hex2bin(pin.sha256, sizeof(pin.sha256), text, strlen(text), ":", &size, &end) < 0)
                return PIN_MALFORMED;
        if (size != sizeof(pin.sha256) || *end != '\0')
                return PIN_MALFORMED;
        *out = pin;
        return 0;
}

bool certificate_pin_equal(const CertificatePin *a, const CertificatePin *b)
{
        return sodium_memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}
