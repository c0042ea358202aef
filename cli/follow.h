/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "client/failure.h"

/*
 * Follows the daemon's events from a number on, without a gap and without a repeat: every event is read by
 * Events.List(), and a signal only says that it is time to. It ends when the account is locked or the daemon
 * goes away; whoever knows the last number can begin after it again.
 */
typedef struct Follower Follower;

typedef struct FollowerCalls {
        void (*event)(GVariant *event, gpointer data);
        void (*caught_up)(gpointer data);                  /* there is no more at the moment; may be NULL */
        void (*ended)(const GError *error, gpointer data); /* LOCKED, NO_DAEMON or whatever else; once */
} FollowerCalls;

/*
 * Begins when the main loop runs. With FOLLOW_FROM_NOW in *since, events from now on, and *since becomes the
 * number they begin after. Fails if the account is not unlocked now.
 */
#define FOLLOW_FROM_NOW G_MAXUINT64
Follower *follower_new(GDBusConnection *connection, guint64 *since, const FollowerCalls *calls,
                       gpointer data, GError **error);
Follower *follower_free(Follower *follower);

/* Looks for events now; caught_up() follows. */
void follower_look(Follower *follower);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Follower, follower_free)
