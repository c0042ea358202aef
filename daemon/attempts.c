/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "daemon/cleanup.h"

static const char MAGIC[] = "SMTRIES1";

static uint64_t get(const uint8_t *data, size_t size)
{
        uint64_t value = 0;

        for (size_t i = 0; i < size; i++)
                value = value << 8 | data[i];
        return value;
}

static void put(uint8_t *out, size_t size, uint64_t value)
{
        for (size_t i = size; i > 0; i--, value >>= 8)
                out[i - 1] = (uint8_t)value;
}

void attempts_init(Attempts *attempts, int folder_fd)
{
        _cleanup_(closep) int fd = -1;
        uint8_t data[ATTEMPTS_SIZE];

        *attempts = (Attempts){.folder_fd = folder_fd};
        fd = openat(folder_fd, ATTEMPTS_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 || read(fd, data, sizeof(data)) != sizeof(data) || memcmp(data, MAGIC, 8) != 0)
                return;
        attempts->wrong = (uint32_t)get(data + 8, 4);
        attempts->last_ms = get(data + 12, 8);
}

static int keep(const Attempts *attempts)
{
        _cleanup_(closep) int fd = -1;
        uint8_t data[ATTEMPTS_SIZE];
        ssize_t n;

        memcpy(data, MAGIC, 8);
        put(data + 8, 4, attempts->wrong);
        put(data + 12, 8, attempts->last_ms);
        fd = openat(attempts->folder_fd, ATTEMPTS_NAME, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        n = write(fd, data, sizeof(data));
        if (n < 0)
                return -errno;
        return n == sizeof(data) ? 0 : -ENOSPC;
}

static uint64_t pause_ms(uint32_t wrong)
{
        uint64_t pause = ATTEMPTS_PAUSE_FIRST_MS;

        if (wrong < ATTEMPTS_SLOW_FROM)
                return 0;
        for (uint32_t i = ATTEMPTS_SLOW_FROM; i < wrong && pause < ATTEMPTS_PAUSE_MAX_MS; i++)
                pause *= 2;
        return pause < ATTEMPTS_PAUSE_MAX_MS ? pause : ATTEMPTS_PAUSE_MAX_MS;
}

uint64_t attempts_retry_at_ms(Attempts *attempts, uint64_t now_ms)
{
        uint64_t at;

        /* The clock was set back: what lies ahead has just been, as far as anybody can tell. */
        if (attempts->last_ms > now_ms)
                attempts->last_ms = now_ms;
        at = attempts->last_ms + pause_ms(attempts->wrong);
        return at > now_ms ? at : 0;
}

int attempts_wrong(Attempts *attempts, uint64_t now_ms)
{
        if (attempts->wrong < UINT32_MAX)
                attempts->wrong++;
        attempts->last_ms = now_ms;
        return keep(attempts);
}

void attempts_right(Attempts *attempts)
{
        if (attempts->wrong == 0)
                return;
        attempts->wrong = 0;
        attempts->last_ms = 0;
        unlinkat(attempts->folder_fd, ATTEMPTS_NAME, 0);
}
