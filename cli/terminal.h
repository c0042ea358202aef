/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client/secret.h"

/*
 * Talking to the person at /dev/tty, wherever standard input and output lead. The terminal gets its settings
 * back whatever ends the question: a signal that would end or stop the process is raised again afterwards.
 */
typedef enum TerminalAnswer {
        TERMINAL_OK,
        TERMINAL_NONE,        /* there is no terminal */
        TERMINAL_INTERRUPTED, /* Ctrl-C, or Ctrl-D at once */
        TERMINAL_TOO_LONG,
} TerminalAnswer;

/* Whether anything can be asked. */
gboolean terminal_is_there(void);

/* One line with the echo off, without its line feed. */
TerminalAnswer terminal_read_secret(const char *prompt, ClientSecret *secret);

/* A question that only the word "yes", in the user's language or in English, answers: *yes. */
TerminalAnswer terminal_confirm(const char *words, gboolean *yes);

/* A question that only this word answers. */
TerminalAnswer terminal_confirm_word(const char *words, const char *word, gboolean *yes);
