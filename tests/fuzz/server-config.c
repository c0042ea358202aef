/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A configuration file is the administrator's, but its reader has as little to crash for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char problem[CONFIG_PROBLEM_SIZE] = "";
        Config config;
        FILE *file;
        int r;

        if (size == 0)
                return 0;
        file = fmemopen((void *)(uintptr_t)data, size, "r");
        if (!file)
                abort();
        config_init(&config);
        r = config_read(&config, file, "fuzz.conf", problem);
        if (r < 0 && strncmp(problem, "fuzz.conf:", strlen("fuzz.conf:")) != 0)
                abort(); /* no place is told */
        if (r == 0)
                (void)config_check(&config, problem);
        config_deinit(&config);
        fclose(file);
        return 0;
}
