/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#define SM_TYPE_OUTGOING_FILE (sm_outgoing_file_get_type())
G_DECLARE_FINAL_TYPE(SmOutgoingFile, sm_outgoing_file, SM, OUTGOING_FILE, GObject)

/*
 * A file that waits in the composer: open from the beginning, so that what was looked at is what is sent. Files are opened, pictures
 * encoded and made small in threads of their own. Errors are of CLIENT_FAILURE or G_IO_ERROR_CANCELLED.
 */
void sm_outgoing_file_open(GFile *file, GCancellable *cancellable, GAsyncReadyCallback done, gpointer userdata);
/* Bytes that are no file yet; name: what it is called at the other end. */
void sm_outgoing_file_from_bytes(GBytes *bytes, const char *name, GCancellable *cancellable, GAsyncReadyCallback done,
                                 gpointer userdata);
/* A picture that is no file yet becomes a PNG. */
void sm_outgoing_file_from_texture(GdkTexture *texture, const char *name, GCancellable *cancellable,
                                   GAsyncReadyCallback done, gpointer userdata);
SmOutgoingFile *sm_outgoing_file_finish(GAsyncResult *result, GError **error);

/* All borrowed. */
int sm_outgoing_file_descriptor(SmOutgoingFile *self);
const char *sm_outgoing_file_name(SmOutgoingFile *self);
const char *sm_outgoing_file_media_type(SmOutgoingFile *self); /* or NULL */
guint64 sm_outgoing_file_size(SmOutgoingFile *self);
GdkTexture *sm_outgoing_file_preview(SmOutgoingFile *self); /* or NULL */
