/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * Bytes as a file descriptor for a D-Bus call: a sealed memfd, which its reader may take in at leisure, for
 * nobody can change it, and reading it cannot block. Returns the descriptor, or -1.
 */
int client_descriptor_from_bytes(const void *bytes, size_t size, GError **error);

/*
 * The same in two steps, for bytes that somebody else writes: an empty one, or -1; and, when all is in it, nobody can change it any
 * more. They are in memory alone, have no name, and go with the last descriptor.
 */
int client_descriptor_new(GError **error);
gboolean client_descriptor_seal(int fd, GError **error);

/* All of a descriptor's bytes, up to `max` of them; what is beyond stays unread. Returns a count, or -1. */
gssize client_descriptor_read(int fd, void *bytes, size_t max, GError **error);
