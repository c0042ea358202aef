/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * Bytes as a file descriptor for a D-Bus call: a sealed memfd, which its reader may take in at leisure, for
 * nobody can change it, and reading it cannot block. Returns the descriptor, or -1.
 */
int client_descriptor_from_bytes(const void *bytes, size_t size, GError **error);

/* All of a descriptor's bytes, up to `max` of them; what is beyond stays unread. Returns a count, or -1. */
gssize client_descriptor_read(int fd, void *bytes, size_t max, GError **error);
