/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "server/cleanup.h"
#include "server/exit-code.h"
#include "server/log.h"

/* systemd may give several folders, separated by colons; the first is ours. */
static char *default_folder(void)
{
        const char *folder = getenv("STATE_DIRECTORY"), *home;
        char *path = NULL;

        if (folder && *folder)
                return strndup(folder, strcspn(folder, ":"));
        folder = getenv("XDG_STATE_HOME");
        if (folder && *folder == '/')
                return asprintf(&path, "%s/secure-messenger-server", folder) < 0 ? NULL : path;
        home = getenv("HOME");
        if (!home || *home != '/')
                return NULL;
        return asprintf(&path, "%s/.local/state/secure-messenger-server", home) < 0 ? NULL : path;
}

static int make_folders(char *path)
{
        for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                int r;

                *slash = '\0';
                r = mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
                *slash = '/';
                if (r < 0)
                        return r;
        }
        return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int check_folder(const char *folder)
{
        struct stat info;

        if (stat(folder, &info) < 0) {
                log_error("%s: %s", folder, strerror(errno));
                return EXIT_STATE;
        }
        if (!S_ISDIR(info.st_mode)) {
                log_error("%s is not a folder: give another one with --state", folder);
                return EXIT_STATE;
        }
        if (info.st_uid != geteuid()) {
                log_error("%s belongs to user %u, and this is user %u: run smserver as its owner, or give "
                          "another "
                          "folder with --state",
                          folder, info.st_uid, geteuid());
                return EXIT_STATE;
        }
        if ((info.st_mode & 077) != 0 && chmod(folder, 0700) < 0) {
                log_error("%s: cannot make it private: %s", folder, strerror(errno));
                return EXIT_STATE;
        }
        return 0;
}

static int lock_folder(State *state)
{
        _cleanup_(freep) char *path = NULL;

        if (asprintf(&path, "%s/lock", state->folder) < 0) {
                path = NULL;
                return EXIT_INTERNAL;
        }
        state->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (state->lock_fd < 0) {
                log_error("%s: %s", path, strerror(errno));
                return EXIT_STATE;
        }
        if (flock(state->lock_fd, LOCK_EX | LOCK_NB) < 0) {
                log_error("%s is in use by another smserver: stop it, or give another folder with --state",
                          state->folder);
                return EXIT_LOCKED;
        }
        return 0;
}

static int write_secret(const char *path, const uint8_t *secret, size_t size)
{
        _cleanup_(freep) char *temporary = NULL;
        _cleanup_(closep) int fd = -1;

        if (asprintf(&temporary, "%s.new", path) < 0) {
                temporary = NULL;
                return -ENOMEM;
        }
        fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        if (write(fd, secret, size) != (ssize_t)size || fsync(fd) < 0 || rename(temporary, path) < 0)
                return errno ? -errno : -EIO;
        return 0;
}

static int load_secret(State *state)
{
        _cleanup_(freep) char *path = NULL;
        _cleanup_(closep) int fd = -1;
        int r;

        if (asprintf(&path, "%s/secret", state->folder) < 0) {
                path = NULL;
                return EXIT_INTERNAL;
        }
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0) {
                if (read(fd, state->secret, sizeof(state->secret)) == (ssize_t)sizeof(state->secret))
                        return 0;
                log_error("%s is damaged: restore it from a backup, or remove it (invented password salts "
                          "and "
                          "the memory of repeated envelopes begin anew)",
                          path);
                return EXIT_STATE;
        }
        if (errno != ENOENT) {
                log_error("%s: %s", path, strerror(errno));
                return EXIT_STATE;
        }
        randombytes_buf(state->secret, sizeof(state->secret));
        r = write_secret(path, state->secret, sizeof(state->secret));
        if (r < 0) {
                log_error("%s: %s", path, strerror(-r));
                return r == -ENOSPC ? EXIT_DISK_FULL : EXIT_STATE;
        }
        return 0;
}

int state_open(State *state, const char *path)
{
        int r;

        *state = STATE_INIT;
        state->folder = path ? strdup(path) : default_folder();
        if (!state->folder) {
                log_error("no state folder: set $STATE_DIRECTORY or $HOME, or give one with --state");
                return EXIT_STATE;
        }
        r = make_folders(state->folder);
        if (r < 0) {
                log_error("%s: %s", state->folder, strerror(-r));
                return r == -ENOSPC ? EXIT_DISK_FULL : EXIT_STATE;
        }
        r = check_folder(state->folder);
        if (r == 0)
                r = lock_folder(state);
        if (r == 0)
                r = load_secret(state);
        return r;
}

void state_deinit(State *state)
{
        closep(&state->lock_fd);
        free(state->folder);
        sodium_memzero(state->secret, sizeof(state->secret));
        *state = STATE_INIT;
}

void state_derive(const State *state, const char *label, uint8_t *out, size_t size)
{
        crypto_generichash(out, size, (const uint8_t *)label, strlen(label), state->secret,
                           sizeof(state->secret));
}
