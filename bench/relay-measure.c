/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/relay-measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
        struct timespec time = {0};

        (void)clock_gettime(clock, &time);
        return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now_ns(void)
{
        return clock_ns(CLOCK_MONOTONIC);
}

double now_seconds(void)
{
        return (double)now_ns() / 1e9;
}

double own_cpu_seconds(void)
{
        return (double)clock_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e9;
}

double cpu_seconds(int pid)
{
        clockid_t clock;

        if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0)
                return 0;
        return (double)clock_ns(clock) / 1e9;
}

uint64_t private_bytes(int pid)
{
        static const char label[] = "Private_Dirty:";
        char path[64], line[128];
        uint64_t kib = 0;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
        file = fopen(path, "re");
        if (!file)
                return 0;
        while (fgets(line, sizeof(line), file))
                if (strncmp(line, label, strlen(label)) == 0)
                        kib = strtoul(line + strlen(label), NULL, 10);
        fclose(file);
        return kib * 1024;
}

int samples_init(Samples *samples)
{
        *samples = (Samples){.list = malloc(SAMPLES_MAX * sizeof(uint32_t))};
        return samples->list ? 0 : -ENOMEM;
}

void samples_deinit(Samples *samples)
{
        free(samples->list);
        *samples = (Samples){0};
}

void samples_add(Samples *samples, uint64_t ns)
{
        if (samples->count < SAMPLES_MAX)
                samples->list[samples->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static int compare(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

double samples_percentile(Samples *samples, double percent)
{
        size_t index;

        if (samples->count == 0)
                return 0;
        qsort(samples->list, samples->count, sizeof(uint32_t), compare);
        index = (size_t)((double)(samples->count - 1) * percent / 100);
        return (double)samples->list[index] / 1e6;
}
