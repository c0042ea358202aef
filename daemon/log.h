/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <syslog.h>

/*
 * The journal, with the fields SMD_SUBJECT and, for errors, ERRNO; or plain lines on standard error. What is
 * logged never holds secrets, texts, or names of contacts: numbers and reasons only.
 */
void log_open(bool to_stderr);

/* subject: "account", "bus", "daemon", "inbox", "link", "outbox", "prekeys", "store"; error: negative errno,
 * or 0 for none. */
void log_write(int priority, const char *subject, int error, const char *format, ...)
                __attribute__((format(printf, 4, 5)));

#define log_error(subject, error, ...)   log_write(LOG_ERR, (subject), (error), __VA_ARGS__)
#define log_warning(subject, error, ...) log_write(LOG_WARNING, (subject), (error), __VA_ARGS__)
#define log_info(subject, ...)           log_write(LOG_INFO, (subject), 0, __VA_ARGS__)
#define log_debug(subject, ...)          log_write(LOG_DEBUG, (subject), 0, __VA_ARGS__)
