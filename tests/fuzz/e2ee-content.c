/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a peer has encrypted: any bytes. What is accepted encodes again, to what decodes to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "e2ee/content.h"
#include "tests/fuzz/e2ee-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        Content content, again;
        size_t encoded_size, again_size;
        uint8_t *encoded, *encoded_again;

        if (content_decode(data, size, &content) != 0)
                return 0;
        if (content.kind != CONTENT_UNKNOWN) {
                fuzz_expect(content_encode(&content, &encoded, &encoded_size) == 0);
                fuzz_expect(content_decode(encoded, encoded_size, &again) == 0);
                fuzz_expect(again.kind == content.kind && again.text_size == content.text_size);
                fuzz_expect(content_encode(&again, &encoded_again, &again_size) == 0);
                fuzz_expect(again_size == encoded_size && memcmp(encoded_again, encoded, encoded_size) == 0);
                content_deinit(&again);
                free(encoded_again);
                free(encoded);
        }
        content_deinit(&content);
        return 0;
}
