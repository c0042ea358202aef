/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "daemon/attachment-reader.h"
#include "daemon/export-seal.h"
#include "daemon/message.h"
#include "daemon/store.h"

/*
 * Writes messages, and what is here of their files, as lines into a descriptor, as fast as its reader takes them: a few at a time, from the
 * main loop, which never waits for the reader. docs/export-format.md.
 */
typedef struct Export Export;

typedef struct ExportHandler {
        /* Appends a line's JSON, without its end. */
        int (*header)(void *userdata, GString *line);
        int (*message)(void *userdata, const Message *message, GString *line);
        /* The file of a message that has one; reader_out stays NULL where it is not here. */
        int (*file)(void *userdata, uint64_t message, AttachmentReader **reader_out);
        void (*progress)(void *userdata, uint64_t done, uint64_t total);
        /* Once; the export may be freed then. 0, EXPORT_READER_GONE, or a negative errno. */
        void (*ended)(void *userdata, int result, uint64_t messages);
} ExportHandler;

enum {
        EXPORT_NOT_A_FILE = 1, /* neither a pipe, a socket nor a regular file: writing could block */
        EXPORT_READER_GONE = 2,
};

/*
 * contact 0: all conversations. seal: ready, taken over; or NULL. fd stays the caller's: it is duplicated.
 * What comes into the store later is not in it.
 */
int export_new(Store *store, int64_t contact, int fd, ExportSeal *seal, const ExportHandler *handler,
               void *userdata, Export **out);
Export *export_free(Export *export);

/* Whether an export can be written there: 0, EXPORT_NOT_A_FILE, or a negative errno. */
int export_check_descriptor(int fd);
