/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * Links in other people's texts: http, https and mailto, and no other. A link is where its text says, for messages are plain
 * text; but a text can be written to be misread, so whoever opens one can see the host that it leads to.
 */

/* The next link in a text from an offset on, in bytes. FALSE: there is none. */
gboolean link_find(const char *text, gsize from, gsize *start, gsize *end);

typedef struct Link {
        char *uri;  /* to open: exactly what was taken apart, in ASCII where the host is concerned */
        char *host; /* where it leads, in ASCII; of mailto, the address */
        char *host_shown; /* the same as it wants to be read */
        gboolean is_suspicious; /* it may look like another one than it is */
} Link;

/* What a link leads to. FALSE: to nothing that is opened. link_clear() either way. */
gboolean link_read(Link *link, const char *text);
void link_clear(Link *link);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Link, link_clear)
