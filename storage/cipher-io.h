/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

/* What SQLite calls on a CipherOpenFile. */
extern const sqlite3_io_methods cipher_io_methods;
