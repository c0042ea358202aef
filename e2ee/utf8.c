/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/utf8.h"

/* RFC 3629 section 4: how many bytes follow a first byte, and the range of the first that follows. */
typedef struct Sequence {
        size_t following;
        uint8_t low, high;
} Sequence;

static bool sequence_of(uint8_t first, Sequence *out)
{
        *out = (Sequence){.low = 0x80, .high = 0xbf};
        if (first == 0)
                return false;
        if (first < 0x80)
                return true;
        if (first < 0xc2) /* a continuation byte, or an overlong form of ASCII */
                return false;
        if (first < 0xe0) {
                out->following = 1;
        } else if (first < 0xf0) {
                out->following = 2;
                if (first == 0xe0)
                        out->low = 0xa0; /* overlong */
                if (first == 0xed)
                        out->high = 0x9f; /* surrogates */
        } else if (first < 0xf5) {
                out->following = 3;
                if (first == 0xf0)
                        out->low = 0x90; /* overlong */
                if (first == 0xf4)
                        out->high = 0x8f; /* beyond U+10FFFF */
        } else {
                return false;
        }
        return true;
}

bool utf8_is_text(const uint8_t *data, size_t size)
{
        Sequence sequence;

        for (size_t i = 0; i < size; i += 1 + sequence.following) {
                if (!sequence_of(data[i], &sequence) || size - i - 1 < sequence.following)
                        return false;
                for (size_t k = 1; k <= sequence.following; k++) {
                        uint8_t low = k == 1 ? sequence.low : 0x80, high = k == 1 ? sequence.high : 0xbf;

                        if (data[i + k] < low || data[i + k] > high)
                                return false;
                }
        }
        return true;
}
