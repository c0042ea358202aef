/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <ev.h>

#include "server/metrics.h"

/*
 * Answers GET /metrics over plain HTTP, on a loopback address only. A few connections at a time, each with a
 * small request and a few seconds; on the main thread.
 */
typedef struct MetricsListener MetricsListener;

/* Returns a code of server/exit-code.h. */
int metrics_listener_new(const Metrics *metrics, const char *address, struct ev_loop *loop,
                         MetricsListener **out);
MetricsListener *metrics_listener_free(MetricsListener *listener);
