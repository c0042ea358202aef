/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/* Where the daemon is on the session bus. dbus-interfaces/ has what it offers there. */
#define CLIENT_BUS_NAME           "org.securemessenger.Messenger1"
#define CLIENT_ROOT_PATH          "/org/securemessenger/Messenger1"
#define CLIENT_MESSAGES_INTERFACE CLIENT_BUS_NAME ".Messages"
#define CLIENT_CONTACT_INTERFACE  CLIENT_BUS_NAME ".Contact"
#define CLIENT_GROUPS_INTERFACE   CLIENT_BUS_NAME ".Groups"
#define CLIENT_GROUP_INTERFACE    CLIENT_BUS_NAME ".Group"
#define CLIENT_VERIFICATION_INTERFACE CLIENT_BUS_NAME ".Verification"
#define CLIENT_SETTINGS_INTERFACE CLIENT_BUS_NAME ".Settings"

/*
 * How long a call may take, in milliseconds. The daemon answers a waiting Send() within 30 seconds, and
 * derives a key from a password in a few; beyond that, it does not answer.
 */
enum {
        CLIENT_CALL_TIMEOUT_MS = 25 * 1000,
        CLIENT_SEND_TIMEOUT_MS = 60 * 1000,
        CLIENT_SIGN_ON_TIMEOUT_MS = 180 * 1000,
        CLIENT_GROUP_TIMEOUT_MS = 120 * 1000, /* a change of a group that others change, too */
};

/*
 * A connection of our own to the session bus: it outlives its bus (no exit-on-close), and nothing but what
 * is needed is started for it. That is all that a program needs before g_dbus_connection_call(); a proxy
 * costs more round trips. The bus starts the daemon with the first call.
 */
GDBusConnection *client_connect(GError **error);

/* The object path of a contact, as sd_bus_path_encode() makes it. */
char *client_contact_path(const char *name);
