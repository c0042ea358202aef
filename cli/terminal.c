/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TERMINAL "/dev/tty"

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

typedef struct Question {
        int tty;
        gboolean echo;
        struct termios settings; /* as they were */
        gboolean is_changed;
        struct sigaction actions[G_N_ELEMENTS(caught)]; /* as they were */
} Question;

/* Signals may arrive at any thread; a pipe brings them all to the one that waits. */
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
        unsigned char byte = (unsigned char)number;
        int saved = errno;

        if (write(signal_pipe[1], &byte, 1) < 0) {
                /* The pipe is full of signals: one of them will do. */
        }
        errno = saved;
}

static void question_prepare(Question *question)
{
        struct termios quiet;

        if (question->echo || tcgetattr(question->tty, &question->settings) < 0)
                return;
        quiet = question->settings;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
        question->is_changed = tcsetattr(question->tty, TCSAFLUSH, &quiet) == 0;
}

static void question_restore(Question *question)
{
        if (question->is_changed)
                tcsetattr(question->tty, TCSAFLUSH, &question->settings);
        question->is_changed = FALSE;
}

static void question_say(const Question *question, const char *words)
{
        if (write(question->tty, words, strlen(words)) < 0) {
                /* Nobody sees it; the read that follows finds out why. */
        }
}

static gboolean question_init(Question *question, gboolean echo)
{
        struct sigaction action = {.sa_handler = on_signal};

        *question = (Question){.echo = echo};
        question->tty = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (question->tty < 0)
                return FALSE;
        if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
                close(question->tty);
                return FALSE;
        }
        sigemptyset(&action.sa_mask);
        for (size_t i = 0; i < G_N_ELEMENTS(caught); i++)
                sigaction(caught[i], &action, &question->actions[i]);
        question_prepare(question);
        return TRUE;
}

static void question_deinit(Question *question)
{
        question_restore(question);
        for (size_t i = 0; i < G_N_ELEMENTS(caught); i++)
                sigaction(caught[i], &question->actions[i], NULL);
        for (int i = 0; i < 2; i++) {
                close(signal_pipe[i]);
                signal_pipe[i] = -1;
        }
        close(question->tty);
}

/*
 * What a signal does to a question: Ctrl-Z stops the process with the terminal as it was, and asks again
 * afterwards; all others end the question. Returns the signal to raise when all is restored, or 0.
 */
static int question_take_signal(Question *question, const char *prompt)
{
        unsigned char number = 0;

        if (read(signal_pipe[0], &number, 1) != 1)
                return 0;
        if (number != SIGTSTP)
                return number;
        question_restore(question);
        raise(SIGSTOP);
        question_prepare(question);
        question_say(question, prompt);
        return 0;
}

/* A line into bytes, at most size of them, without its line feed. Returns a TerminalAnswer; *signal as
 * above. */
static TerminalAnswer question_read_line(Question *question, const char *prompt, char *bytes, size_t size,
                                         size_t *used, int *ending)
{
        TerminalAnswer answer = TERMINAL_OK;

        *used = 0;
        question_say(question, prompt);
        for (;;) {
                struct pollfd ready[] = {{question->tty, POLLIN, 0}, {signal_pipe[0], POLLIN, 0}};
                ssize_t n;

                if (poll(ready, G_N_ELEMENTS(ready), -1) < 0 && errno != EINTR)
                        return TERMINAL_NONE;
                if (ready[1].revents & POLLIN) {
                        *ending = question_take_signal(question, prompt);
                        if (*ending)
                                return TERMINAL_INTERRUPTED;
                        *used = 0;
                        continue;
                }
                if (!ready[0].revents)
                        continue;
                if (*used == size) { /* the rest of the line is read over what is there, and forgotten */
                        answer = TERMINAL_TOO_LONG;
                        *used = 0;
                }
                n = read(question->tty, bytes + *used, size - *used);
                if (n < 0 && (errno == EINTR || errno == EAGAIN))
                        continue;
                if (n <= 0)
                        return TERMINAL_INTERRUPTED; /* Ctrl-D, or the terminal is gone */
                *used += (size_t)n;
                if (bytes[*used - 1] == '\n') {
                        *used -= 1;
                        return answer;
                }
        }
}

gboolean terminal_is_there(void)
{
        int tty = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);

        if (tty < 0)
                return FALSE;
        close(tty);
        return TRUE;
}

static void raise_later(int ending)
{
        /* Ctrl-C is an answer, for which there is an exit code; the others end us as they would have. */
        if (ending && ending != SIGINT)
                raise(ending);
}

TerminalAnswer terminal_read_secret(const char *prompt, ClientSecret *secret)
{
        Question question;
        TerminalAnswer answer;
        int ending = 0;

        if (!question_init(&question, FALSE))
                return TERMINAL_NONE;
        answer = question_read_line(&question, prompt, secret->bytes, CLIENT_SECRET_MAX, &secret->size,
                                    &ending);
        question_say(&question, "\n"); /* the one typed was not echoed */
        question_deinit(&question);
        raise_later(ending);
        return answer;
}

static TerminalAnswer confirm(const char *words, const char *word, const char *other_word, gboolean *yes)
{
        Question question;
        TerminalAnswer answer;
        char line[64];
        size_t used;
        int ending = 0;

        *yes = FALSE;
        if (!question_init(&question, TRUE))
                return TERMINAL_NONE;
        answer = question_read_line(&question, words, line, sizeof(line) - 1, &used, &ending);
        question_deinit(&question);
        raise_later(ending);
        if (answer == TERMINAL_TOO_LONG)
                return TERMINAL_OK;
        if (answer != TERMINAL_OK)
                return answer;
        line[used] = 0;
        *yes = strcmp(line, word) == 0 || strcmp(line, other_word) == 0;
        return TERMINAL_OK;
}

TerminalAnswer terminal_confirm(const char *words, gboolean *yes)
{
        /* TRANSLATORS: the word by which a person agrees to something that cannot be taken back */
        return confirm(words, "yes", _("yes"), yes);
}

TerminalAnswer terminal_confirm_word(const char *words, const char *word, gboolean *yes)
{
        return confirm(words, word, word, yes);
}
