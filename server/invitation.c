/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/invitation.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/log.h"

static void hash_token(const char *token, size_t size, uint8_t *out)
{
        crypto_generichash(out, INVITATION_HASH_SIZE, (const uint8_t *)token, size, NULL, 0);
}

/* Hashes are compared, so that the time tells nothing of how far a guess fits. */
static bool line_is(char *line, const uint8_t *wanted)
{
        uint8_t hash[INVITATION_HASH_SIZE];
        size_t size;

        line += strspn(line, " \t");
        size = strcspn(line, " \t\r\n");
        if (size == 0 || *line == '#')
                return false;
        hash_token(line, size, hash);
        return sodium_memcmp(hash, wanted, sizeof(hash)) == 0;
}

int invitation_check(const char *path, const char *token, uint8_t hash_out[static INVITATION_HASH_SIZE])
{
        _cleanup_(fclosep) FILE *file = NULL;
        _cleanup_(freep) char *line = NULL;
        bool found = false;
        size_t size = 0;

        if (!*token)
                return INVITATION_UNKNOWN;
        file = fopen(path, "re");
        if (!file) {
                int r = -errno;

                log_error("invitation-file %s: %s: nobody can register", path, strerror(-r));
                return r;
        }
        hash_token(token, strlen(token), hash_out);
        while (getline(&line, &size, file) >= 0)
                found |= line_is(line, hash_out);
        if (line)
                sodium_memzero(line, size);
        return found ? 0 : INVITATION_UNKNOWN;
}
