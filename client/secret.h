/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A password or token on its way to the daemon, in a page that is locked into memory, stays out of core
 * dumps and is wiped when freed. It leaves as a file descriptor, and never as a string.
 */
enum {
        CLIENT_SECRET_MAX =
                        1024 + 1, /* bytes: what the daemon accepts, and the line feed that does not count */
};

typedef struct ClientSecret {
        char *bytes; /* CLIENT_SECRET_MAX, not terminated */
        size_t size;
} ClientSecret;

ClientSecret *client_secret_new(void);
ClientSecret *client_secret_free(ClientSecret *secret);
gboolean client_secret_equal(const ClientSecret *a, const ClientSecret *b);

/* Takes a descriptor's bytes to its end. More than fit are an error, CLIENT_FAILURE_BAD_PASSWORD. */
gboolean client_secret_read(ClientSecret *secret, int fd, GError **error);

/*
 * The read end of a pipe that holds the secret and whose write end is closed already: its bytes are never in
 * a file system nor swapped, and are gone once read. Returns the descriptor, or -1.
 */
int client_secret_to_descriptor(const ClientSecret *secret, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClientSecret, client_secret_free)
