/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail/output.h"

#include <unistd.h>

enum { NUMBER_SIZE = 4 };

_Noreturn void output_end(int status)
{
        _exit(status);
}

static void put_number(uint8_t *out, uint32_t value)
{
        for (unsigned i = 0; i < NUMBER_SIZE; i++)
                out[i] = (uint8_t)(value >> 8 * (NUMBER_SIZE - 1 - i));
}

void output_size(uint32_t width, uint32_t height)
{
        uint8_t head[2 * NUMBER_SIZE];

        put_number(head, width);
        put_number(head + NUMBER_SIZE, height);
        output_bytes(head, sizeof(head));
}

void output_bytes(const uint8_t *data, size_t size)
{
        while (size > 0) {
                ssize_t n = write(STDOUT_FILENO, data, size);

                if (n <= 0)
                        output_end(1);
                data += n;
                size -= (size_t)n;
        }
}
