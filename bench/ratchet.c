/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ratchet, its peers, and the bare primitives: 256 bytes a message, the state in memory, one processor.
 * Ping-pong turns the DH ratchet with each message, one way never. `ratchet [ROUNDS]` runs all engines in
 * turn, round by round, so that a slow moment of the machine meets all of them, and takes the median of the
 * rounds.
 *
 * JSON goes to stdout, and a table of ratios to stderr. A message is one encryption and one decryption.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "bench/ratchet.h"

enum {
        ROUNDS_DEFAULT = 3,
        ROUNDS_MAX = 1000,
        PING_PONG_MESSAGES = 400,
        ONE_WAY_MESSAGES = 4000,
        SHAPES = 2
};

static const RatchetEngine *const engines[] = {
        &ratchet_ours,
        &ratchet_limit,
#ifdef HAVE_OLM
        &ratchet_olm,
#endif
#ifdef HAVE_SIGNAL
        &ratchet_signal,
#endif
};

enum { ENGINES = sizeof(engines) / sizeof(engines[0]) };

static const struct Shape {
        const char *name;
        int turns; /* the sides take turns */
        unsigned messages;
} shapes[SHAPES] = {
        {"ping-pong", 1, PING_PONG_MESSAGES},
        {"one-way", 0, ONE_WAY_MESSAGES},
};

static double rates[SHAPES][ENGINES][ROUNDS_MAX];

void ratchet_expect(int holds, const char *what)
{
        if (holds)
                return;
        fprintf(stderr, "ratchet: %s failed\n", what);
        abort();
}

/* Processor time, so that what else runs on the machine counts little. */
static double processor_seconds(void)
{
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
 * Messages a second. A new pair for each measurement, as an unbroken chain in one direction has an end in
 * some peers.
 */
static double measure(const RatchetEngine *engine, const struct Shape *shape)
{
        uint8_t text[RATCHET_TEXT_SIZE];
        void *pair = engine->open();
        double begin, taken;

        randombytes_buf(text, sizeof(text));
        begin = processor_seconds();
        for (unsigned i = 0; i < shape->messages; i++)
                engine->exchange(pair, shape->turns ? (int)(i % 2) : 0, text);
        taken = processor_seconds() - begin;
        engine->close(pair);
        return shape->messages / taken;
}

static int compare(const void *a, const void *b)
{
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

static double median(double *list, size_t count)
{
        qsort(list, count, sizeof(*list), compare);
        return list[count / 2];
}

static void report(const struct Shape *shape, double (*results)[ROUNDS_MAX], size_t rounds)
{
        double ours = median(results[0], rounds);

        for (size_t i = 0; i < ENGINES; i++) {
                double rate = median(results[i], rounds);

                printf("{\"figure\": \"%s%s%s\", \"rate\": %.0f}\n", shape->name, i > 0 ? " " : "",
                       i > 0 ? engines[i]->name : "", rate);
                fprintf(stderr, "%-10s %-22s %10.0f messages/s %8.2f us", shape->name, engines[i]->name,
                        rate, 1e6 / rate);
                if (i > 0)
                        fprintf(stderr, "   ours / this = %.2f", ours / rate);
                fprintf(stderr, "\n");
        }
}

int main(int argc, char **argv)
{
        size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS_DEFAULT;

        if (argc > 2 || rounds < 1 || rounds > ROUNDS_MAX) {
                fprintf(stderr, "usage: ratchet [ROUNDS]\n");
                return 2;
        }
        if (sodium_init() < 0)
                return EXIT_FAILURE;
        for (size_t round = 0; round < rounds; round++) {
                for (size_t s = 0; s < SHAPES; s++) {
                        for (size_t i = 0; i < ENGINES; i++)
                                rates[s][i][round] = measure(engines[i], &shapes[s]);
                }
        }
        for (size_t s = 0; s < SHAPES; s++)
                report(&shapes[s], rates[s], rounds);
        return EXIT_SUCCESS;
}
