/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

/*
 * The window, as the bus knows it: it is open while somebody owns its name,
 * org.securemessenger.SecureMessenger, and the bus starts it where it is installed.
 */
#define DESKTOP_WINDOW_NAME "org.securemessenger.SecureMessenger"

typedef struct DesktopWindow DesktopWindow;

int desktop_window_new(sd_bus *bus, void (*opened)(void *userdata), void *userdata, DesktopWindow **out);
DesktopWindow *desktop_window_free(DesktopWindow *window);

bool desktop_window_is_open(const DesktopWindow *window);

/* Shows a conversation there; NULL: only the window. token: by which the desktop lets it come to the front,
 * or NULL. */
int desktop_window_show(DesktopWindow *window, const char *conversation, const char *token);
