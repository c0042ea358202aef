/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <systemd/sd-bus.h>

#include "client/connection.h"
#include "client/failure.h"

static void test_contact_path(void)
{
        static const char *const names[] = {"bob", "a.b", "0bob", "b0b", "x_y-z", "9", "", "Z"};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *ours = client_contact_path(names[i]);
                char *theirs = NULL;

                g_assert_cmpint(sd_bus_path_encode(CLIENT_ROOT_PATH "/contact", names[i], &theirs), >=, 0);
                g_assert_cmpstr(ours, ==, theirs);
                free(theirs);
        }
}

static void assert_no_bus(void)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) connection = client_connect(&error);

        g_assert_null(connection);
        g_assert_cmpint(client_failure_of(error), ==, CLIENT_FAILURE_NO_DAEMON);
}

static void test_no_bus(void)
{
        g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
        assert_no_bus();
        g_setenv("DBUS_SESSION_BUS_ADDRESS", "this is no address", TRUE);
        assert_no_bus();
        g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
        g_setenv("XDG_RUNTIME_DIR", "/nonexistent", TRUE);
        assert_no_bus();
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/connection/contact-path", test_contact_path);
        g_test_add_func("/connection/no-bus", test_no_bus);
        return g_test_run();
}
