/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attachment-sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/log.h"
#include "daemon/store-attachment.h"

struct Sweep {
        Store *store;
        ServerLink *link;
        int folder;
        bool asked; /* the server is to delete the blob of this one */
        AttachmentGarbage garbage;
};

Sweep *sweep_new(Store *store, ServerLink *link, int folder)
{
        Sweep *sweep = calloc(1, sizeof(*sweep));

        if (!sweep)
                return NULL;
        sweep->store = store;
        sweep->link = link;
        sweep->folder = folder;
        return sweep;
}

Sweep *sweep_free(Sweep *sweep)
{
        free(sweep);
        return NULL;
}

static int forget(Sweep *sweep, const char *file)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(sweep->store, &transaction);
        if (r < 0)
                return r;
        r = store_attachment_forget_garbage(sweep->store, file);
        return r < 0 ? r : store_commit(&transaction);
}

static bool on_deleted(void *userdata, const Wire__ServerFrame *frame)
{
        Sweep *sweep = userdata;

        sweep->asked = false;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR &&
            frame->error->code != WIRE__ERROR_CODE__ERROR_CODE_UNSUPPORTED)
                return true; /* with the next connection */
        if (forget(sweep, sweep->garbage.file) == 0)
                sweep_run(sweep);
        return true;
}

static void delete_blob(Sweep *sweep, const AttachmentGarbage *garbage)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__DeleteBlob delete = WIRE__DELETE_BLOB__INIT;

        sweep->garbage = *garbage;
        delete.id.data = sweep->garbage.blob_id;
        delete.id.len = sizeof(sweep->garbage.blob_id);
        frame.body_case = WIRE__CLIENT_FRAME__BODY_DELETE_BLOB;
        frame.delete_blob = &delete;
        sweep->asked = server_link_send(sweep->link, &frame, on_deleted, sweep) == 0;
}

void sweep_run(Sweep *sweep)
{
        AttachmentGarbage garbage = {.file = ""};
        int r;

        while ((r = store_attachment_next_garbage(sweep->store, garbage.file, &garbage)) == 0) {
                if (unlinkat(sweep->folder, garbage.file, 0) < 0 && errno != ENOENT)
                        log_warning("attachment", -errno, "cannot remove a file");
                else if (!garbage.has_blob)
                        r = forget(sweep, garbage.file);
                else if (!sweep->asked)
                        delete_blob(sweep, &garbage);
                if (r < 0)
                        break;
        }
        if (r < 0)
                log_error("attachment", r, "cannot clear away what is deleted");
}

void sweep_link_changed(Sweep *sweep)
{
        sweep->asked = false;
        if (server_link_state(sweep->link) == LINK_ONLINE)
                sweep_run(sweep);
}

static void closedirp(DIR **folder)
{
        if (*folder)
                closedir(*folder);
}

int sweep_folder(Store *store, int folder)
{
        int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closedirp) DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
        const struct dirent *entry;

        if (!entries) {
                closep(&fd);
                return -errno;
        }
        while ((entry = readdir(entries))) {
                bool known = false;
                int r = 0;

                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                if (attachment_is_file_name(entry->d_name))
                        r = store_attachment_has_file(store, entry->d_name, &known);
                if (r < 0)
                        return r;
                if (!known)
                        unlinkat(folder, entry->d_name, 0);
        }
        return 0;
}
