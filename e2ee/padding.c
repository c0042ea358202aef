/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/padding.h"

#include <string.h>

enum { MARK = 0x80, LAST_REGULAR = 96 * 1024 };

size_t padded_size(size_t size)
{
        size_t power = PADDING_MIN;

        if (size >= PADDING_MAX)
                return 0;
        if (size >= LAST_REGULAR)
                return PADDING_MAX;
        /* One byte is for the mark, so a bucket holds one byte less than its size. */
        while (size >= power + power / 2)
                power *= 2;
        return size < power ? power : power + power / 2;
}

bool padding_is_bucket(size_t padded)
{
        return padded > 0 && padded_size(padded - 1) == padded;
}

void padding_add(uint8_t *data, size_t size, size_t padded)
{
        data[size] = MARK;
        memset(data + size + 1, 0, padded - size - 1);
}

int padding_remove(const uint8_t *data, size_t padded, size_t *size_out)
{
        size_t size = padded;
        uint64_t word;

        /* Eight zeros at a time: there can be thousands. */
        for (; size >= sizeof(word); size -= sizeof(word)) {
                memcpy(&word, data + size - sizeof(word), sizeof(word));
                if (word != 0)
                        break;
        }
        while (size > 0 && data[size - 1] == 0)
                size--;
        if (size == 0 || data[size - 1] != MARK || padded_size(size - 1) != padded)
                return PADDING_BAD;
        *size_out = size - 1;
        return 0;
}
