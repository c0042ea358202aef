/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include "daemon/cleanup.h"
#include "daemon/fd-reader.h"
#include "daemon/log.h"

#define CREDENTIAL_NAME "secure-messenger.password"

static gboolean on_stop(gpointer userdata)
{
        Daemon *daemon = userdata;

        g_main_loop_quit(daemon->loop);
        return G_SOURCE_CONTINUE;
}

static void on_bus_lost(void *userdata, int error)
{
        Daemon *daemon = userdata;

        log_error("bus", error, "the bus is gone");
        daemon->failed = true;
        g_main_loop_quit(daemon->loop);
}

static gboolean on_watchdog(gpointer userdata)
{
        sd_notify(0, "WATCHDOG=1");
        return G_SOURCE_CONTINUE;
}

/* ---- Unlocking without a person ---- */

static void on_credential_used(void *userdata, const AccountResult *result)
{
        int r = result->result;

        if (r != 0)
                log_error("account", r < 0 ? r : 0, "the credential does not unlock the store: %s",
                          problem_name(problem_from_result(r)));
}

static void on_credential_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        Daemon *daemon = userdata;
        Password *password = NULL;

        daemon->credential = NULL;
        if (result == 0)
                password = password_new(data, size);
        if (!password) {
                log_error("account", result < 0 ? result : 0, "the credential is no password");
                return;
        }
        result = account_unlock(daemon->account, password, false, on_credential_used, daemon);
        if (result != 0)
                on_credential_used(daemon, &(AccountResult){.result = result});
}

static void unlock_by_credential(Daemon *daemon)
{
        const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
        g_autofree char *path = NULL;
        _cleanup_(closep) int fd = -1;
        int r;

        if (!folder || account_state(daemon->account) != ACCOUNT_LOCKED)
                return;
        path = g_build_filename(folder, CREDENTIAL_NAME, NULL);
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return;
        r = fd_reader_new(fd, PASSWORD_MAX + 1, on_credential_read, daemon, &daemon->credential);
        if (r < 0)
                log_error("account", r, "cannot read the credential");
}

static void on_keyring_used(void *userdata, const AccountResult *result)
{
        if (result->result != 0)
                log_info("account", "the keyring does not unlock the store: %s",
                         problem_name(problem_from_result(result->result)));
}

static void unlock_by_keyring(Daemon *daemon)
{
        if (account_state(daemon->account) == ACCOUNT_LOCKED && account_is_remembered(daemon->account))
                account_unlock_by_keyring(daemon->account, on_keyring_used, daemon);
}

/* ---- The life of the daemon ---- */

static int open_account(Daemon *daemon, const DaemonOptions *options)
{
        int r;

        r = state_folder_init(&daemon->folder, options->state_folder);
        if (r == STATE_FOLDER_IN_USE) {
                log_error("account", 0, "another smd uses the state folder %s", daemon->folder.path);
                return -EBUSY;
        }
        if (r < 0) {
                log_error("account", r, "cannot use the state folder %s", daemon->folder.path);
                return r;
        }
        daemon->worker = password_worker_new();
        if (!daemon->worker)
                return -ENOMEM;
        r = account_new(&daemon->folder, daemon->worker, &daemon->account);
        if (r < 0)
                log_error("account", r, "cannot read the vault in %s", daemon->folder.path);
        return r;
}

int daemon_init(Daemon *daemon, const DaemonOptions *options)
{
        uint64_t watchdog_us = 0;
        int r;

        *daemon = (Daemon){.folder = {.fd = -1, .lock_fd = -1}};
        daemon->loop = g_main_loop_new(NULL, FALSE);
        daemon->sigterm = g_unix_signal_add(SIGTERM, on_stop, daemon);
        daemon->sigint = g_unix_signal_add(SIGINT, on_stop, daemon);
        r = open_account(daemon, options);
        if (r < 0)
                return r;

        r = bus_init(&daemon->bus, daemon->account, on_bus_lost, daemon);
        if (r == -ENOMEDIUM) {
                log_error("bus", 0, "there is no bus of the user's: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set");
                return r;
        }
        if (r < 0) {
                log_error("bus", r, "cannot connect to the user's bus");
                return r;
        }
        r = auto_lock_new(daemon->account, daemon->bus.bus, &daemon->auto_lock);
        if (r < 0)
                return r;
        r = bus_take_name(&daemon->bus);
        if (r == BUS_NAME_IN_USE) {
                log_error("bus", 0, "another smd serves this bus already: " BUS_NAME " is taken");
                return -EBUSY;
        }
        if (r < 0) {
                log_error("bus", r, "cannot take the name " BUS_NAME);
                return r;
        }
        unlock_by_credential(daemon);
        unlock_by_keyring(daemon);
        if (sd_watchdog_enabled(0, &watchdog_us) > 0)
                daemon->watchdog = g_timeout_add((guint)(watchdog_us / 2000), on_watchdog, NULL);
        sd_notify(0, "READY=1");
        return 0;
}

int daemon_run(Daemon *daemon)
{
        g_main_loop_run(daemon->loop);
        sd_notify(0, "STOPPING=1");
        log_info("daemon", "stopping");
        return daemon->failed ? -ECONNRESET : 0;
}

void daemon_deinit(Daemon *daemon)
{
        daemon->credential = fd_reader_free(daemon->credential);
        daemon->auto_lock = auto_lock_free(daemon->auto_lock);
        bus_deinit(&daemon->bus);
        daemon->account = account_free(daemon->account);
        daemon->worker = password_worker_free(daemon->worker);
        state_folder_deinit(&daemon->folder);
        if (daemon->watchdog)
                g_source_remove(daemon->watchdog);
        if (daemon->sigterm)
                g_source_remove(daemon->sigterm);
        if (daemon->sigint)
                g_source_remove(daemon->sigint);
        g_main_loop_unref(daemon->loop);
}
