/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * SQLite's memory, wiped when SQLite gives it back: pages, rows and statements are plaintext there, and stay in
 * the heap otherwise until something else is written over them. For the whole process, and before SQLite starts:
 * database_open() sees to it. Whoever starts SQLite earlier calls it first.
 *
 * Returns 0, also when it is done already; -EALREADY: SQLite runs without it.
 */
int wiping_memory_install(void);
