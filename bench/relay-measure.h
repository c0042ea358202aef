/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

double now_seconds(void);
uint64_t now_ns(void);

/* Processor time that a process has used, in seconds; 0 for pid 0. */
double cpu_seconds(int pid);
double own_cpu_seconds(void);

/* What the process alone keeps in memory, in bytes: Private_Dirty of /proc/PID/smaps_rollup; 0 where it
 * cannot be read. */
uint64_t private_bytes(int pid);

/* Latencies in nanoseconds; beyond SAMPLES_MAX they are dropped. */
enum { SAMPLES_MAX = 1 << 22 };

typedef struct Samples {
        uint32_t *list;
        size_t count;
} Samples;

int samples_init(Samples *samples);
void samples_deinit(Samples *samples);
void samples_add(Samples *samples, uint64_t ns);
/* In milliseconds; sorts. */
double samples_percentile(Samples *samples, double percent);
