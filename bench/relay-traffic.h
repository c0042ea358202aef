/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bench/relay-measure.h"
#include "bench/relay.h"

/*
 * Pairs of a sender and a receiver: account 2i writes to account 2i + 1. Each receiver checks that it gets
 * every message of its sender, once and in order; so a run that ends well has lost and doubled nothing.
 */
typedef struct Pair {
        Session sender, receiver;
        uint32_t sent, stored, delivered;
} Pair;

typedef struct Traffic {
        Run *run;
        Pair *pairs;
        uint32_t limit; /* messages of one pair; 0: until stopped */
        bool stopped;
        unsigned ready;
        uint64_t started_ns; /* what was sent before is left from an earlier run: an ack is not answered */
        uint64_t stored, delivered, left_over;
        bool sampling;
        Samples stored_after, delivered_after;
        uint8_t *payload;
} Traffic;

enum {
        TRAFFIC_SENDERS = 1 << 0,
        TRAFFIC_RECEIVERS = 1 << 1,
};

int traffic_init(Traffic *traffic, Run *run);
void traffic_deinit(Traffic *traffic);

/* Connects the sides that are named, and waits until all of them are ready. */
int traffic_connect(Traffic *traffic, unsigned sides);
/* Fills every sender's window; from there on results and deliveries keep it going. */
int traffic_begin(Traffic *traffic);
int traffic_run_for(Traffic *traffic, double seconds);
/* Runs until everything that was sent is stored, and delivered if `delivered`. -ETIMEDOUT. */
int traffic_finish(Traffic *traffic, bool delivered);

/* Warms up, measures, finishes; prints one line, which begins with `label`: members of a JSON object. */
int traffic_measure(Traffic *traffic, const char *label);
