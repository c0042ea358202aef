/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gtk-ui/compose/outgoing-file.h"

#define SM_TYPE_INTAKE (sm_intake_get_type())
G_DECLARE_FINAL_TYPE(SmIntake, sm_intake, SM, INTAKE, GObject)

/*
 * Makes files to send out of what somebody chooses, drops or pastes, one after the other, and nothing more once it is disposed of. Signals:
 * "file" (a SmOutgoingFile); "failed" (a GError); and "changed", when it is busy or no longer.
 */
SmIntake *sm_intake_new(void);

enum { INTAKE_PICTURE_BYTES_MAX = 64 * 1024 * 1024 }; /* of a pasted one */

gboolean sm_intake_is_busy(SmIntake *self);
void sm_intake_take_file(SmIntake *self, GFile *file);
void sm_intake_take_text(SmIntake *self, const char *text, gsize size);
/* A GdkFileList or GdkTexture; FALSE for anything else. */
gboolean sm_intake_take_value(SmIntake *self, const GValue *value);
/* Whether the clipboard has files or a picture, but no text: then it is taken. */
gboolean sm_intake_take_clipboard(SmIntake *self, GdkClipboard *clipboard);
/* Files that nobody has looked at yet stay out. */
void sm_intake_forget_waiting(SmIntake *self);
