/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdio.h>

#include "client/secret.h"

/*
 * Reads an encrypted export (docs/export-format.md) and writes what is in it. What was cut off, changed or
 * joined is noticed, though perhaps only after what is before it has been written.
 */
typedef enum ExportOpen {
        EXPORT_OPEN_OK,
        EXPORT_OPEN_IO,        /* errno says what */
        EXPORT_OPEN_NO_EXPORT, /* another kind of file, or of a newer version */
        EXPORT_OPEN_WRONG,     /* the password, or the file's beginning is damaged */
        EXPORT_OPEN_DAMAGED,   /* or cut off, or something is behind its end */
} ExportOpen;

ExportOpen export_open(FILE *in, const ClientSecret *password, FILE *out);
