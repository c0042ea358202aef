/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* How smserver ends; smserver(8), "Exit status". Functions that bring it up return them, after a line in the
 * log. */
enum {
        EXIT_DONE = 0,
        EXIT_INTERNAL = 1,
        EXIT_USAGE = 2,
        EXIT_CONFIG = 3,      /* the configuration file */
        EXIT_ADDRESS = 4,     /* an address is in use, or not this machine's */
        EXIT_CERTIFICATE = 5, /* certificate or key cannot be read, or do not fit */
        EXIT_STATE = 6,       /* the state folder cannot be made or used, or is not ours */
        EXIT_LOCKED = 7,      /* another smserver has it */
        EXIT_DAMAGED = 8,     /* the store is damaged */
        EXIT_TOO_NEW = 9,     /* the store was made by a newer smserver */
        EXIT_DISK_FULL = 10,
};
