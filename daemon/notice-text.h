/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The words of notifications. All are freed with g_free(). */

/*
 * Somebody's words: on one line, at most NOTICE_TEXT_MAX characters, without control characters and those
 * that change direction or cannot be seen; markup: escaped for where it is interpreted.
 */
enum { NOTICE_TEXT_MAX = 200 };
char *notice_text(const char *text, size_t size, bool markup);

/* In a group: who says it, and what; both are notice_text(). */
char *notice_said(const char *sender, const char *text);
char *notice_count(unsigned messages);
/* name: who wants to write, if it is one. */
char *notice_requests(unsigned requests, const char *name);
/* name: who wants to compare emoji. */
char *notice_offer(const char *name);
