/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/state-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "daemon/attempts.h"
#include "daemon/cleanup.h"
#include "daemon/key-vault.h"
#include "daemon/vault.h"

static char *default_path(void)
{
        const char *folders = g_getenv("STATE_DIRECTORY");

        if (folders && folders[0] == '/') {
                g_auto(GStrv) list = g_strsplit(folders, ":", 2);

                /* The unit's own StateDirectory=secure-messenger, or a parent of it. */
                if (g_str_has_suffix(list[0], "/secure-messenger"))
                        return g_strdup(list[0]);
                return g_build_filename(list[0], "secure-messenger", NULL);
        }
        return g_build_filename(g_get_user_state_dir(), "secure-messenger", NULL);
}

int state_folder_init(StateFolder *folder, const char *path)
{
        *folder = (StateFolder){.fd = -1, .lock_fd = -1};
        folder->path = path ? g_strdup(path) : default_path();
        folder->store_path = g_build_filename(folder->path, "store.db", NULL);

        if (g_mkdir_with_parents(folder->path, 0700) < 0)
                return -errno;
        folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder->fd < 0)
                return -errno;
        if (fchmod(folder->fd, 0700) < 0)
                return -errno;
        folder->lock_fd = openat(folder->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (folder->lock_fd < 0)
                return -errno;
        if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? STATE_FOLDER_IN_USE : -errno;
        return 0;
}

void state_folder_deinit(StateFolder *folder)
{
        closep(&folder->lock_fd);
        closep(&folder->fd);
        folder->lock_fd = folder->fd = -1;
        g_clear_pointer(&folder->store_path, g_free);
        g_clear_pointer(&folder->path, g_free);
}

/* All that is in it; other folders are none of ours. */
static int remove_attachments(StateFolder *folder)
{
        g_autofree char *path = g_build_filename(folder->path, STATE_FOLDER_ATTACHMENTS, NULL);
        g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
        const char *name;

        while (files && (name = g_dir_read_name(files))) {
                g_autofree char *file = g_build_filename(path, name, NULL);

                if (unlink(file) < 0 && errno != ENOENT)
                        return -errno;
        }
        if (unlinkat(folder->fd, STATE_FOLDER_ATTACHMENTS, AT_REMOVEDIR) < 0 && errno != ENOENT)
                return -errno;
        return 0;
}

int state_folder_remove_store(StateFolder *folder)
{
        static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "store.db-journal",
                                            VAULT_NEW_NAME, VAULT_NEXT_NAME, ATTEMPTS_NAME, KEY_VAULT_NAME};

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (unlinkat(folder->fd, names[i], 0) < 0 && errno != ENOENT)
                        return -errno;
        return remove_attachments(folder);
}
