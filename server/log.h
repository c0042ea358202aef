/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <syslog.h>

/*
 * Lines on stderr. Under systemd they carry the priority as "<N>", which the journal takes off again.
 * Nothing that a user wrote or that is secret goes here; names of users only at LOG_DEBUG.
 */
void log_init(int max_priority);
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_DEBUG, __VA_ARGS__)
