/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/*
 * Runs an sd-bus connection in GLib's main loop. lost is called, once, when the connection is no more; the
 * source does nothing from then on. The source is attached to the default main context, and holds a
 * reference to the bus.
 */
GSource *bus_source_new(sd_bus *bus, void (*lost)(void *userdata, int error), void *userdata);
GSource *bus_source_free(GSource *source);
