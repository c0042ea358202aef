/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/message.h"

/* How things look for a person. What is returned is newly allocated and harmless for a terminal. */

typedef enum OutputStyle {
        OUTPUT_PLAIN,
        OUTPUT_DIM,
        OUTPUT_OWN,
        OUTPUT_OTHER,
        OUTPUT_WARNING,
        OUTPUT_QR,
} OutputStyle;

/* Colours only for a terminal, and not where NO_COLOR is set (https://no-color.org). */
void output_init(void);

/* Wraps words, which are harmless already, into a colour. */
char *output_styled(OutputStyle style, const char *words);

/* A time of the bus in the local zone; format as for strftime(). "?" where a calendar has no such time. */
char *output_time(gint64 milliseconds, const char *format);
#define OUTPUT_DATE_TIME "%Y-%m-%d %H:%M:%S"
#define OUTPUT_DATE      "%Y-%m-%d"
#define OUTPUT_CLOCK     "%H:%M"

/* A message as one line, or several if its text has several: "TIME SENDER: TEXT [STATE]". */
char *output_message(const ClientMessage *message, const char *time_format);

/* What became of an own message: "queued: ...", "sent", "not sent: ...". "" for an incoming one. */
char *output_message_state(const ClientMessage *message);

/* 60 digits in groups of five. */
char *output_safety_number(const char *digits);

/* "PREFIX: WORDS" on standard error: everything that is not data. */
void output_note(const char *format, ...) G_GNUC_PRINTF(1, 2);
