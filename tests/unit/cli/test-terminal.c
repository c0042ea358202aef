/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/terminal.h"

/*
 * The questions are asked by a child on a terminal of its own, whose other end the test holds. The child's
 * exit code is its answer, and what it read follows on the terminal in brackets.
 */
typedef struct Typist {
        int terminal;
        pid_t child;
        GString *seen;
} Typist;

static void answer_secret(void)
{
        g_autoptr(ClientSecret) secret = client_secret_new();
        TerminalAnswer answer = terminal_read_secret("Password: ", secret);

        if (answer == TERMINAL_OK)
                dprintf(STDOUT_FILENO, "[%.*s]", (int)secret->size, secret->bytes);
        _exit((int)answer);
}

static void answer_confirm(void)
{
        gboolean yes;
        TerminalAnswer answer = terminal_confirm("Sure? ", &yes);

        if (answer == TERMINAL_OK)
                dprintf(STDOUT_FILENO, "[%s]", yes ? "agreed" : "declined");
        _exit((int)answer);
}

static void typist_init(Typist *typist, void (*question)(void))
{
        typist->seen = g_string_new(NULL);
        typist->child = forkpty(&typist->terminal, NULL, NULL, NULL);
        g_assert_cmpint(typist->child, >=, 0);
        if (typist->child == 0)
                question();
}

/* Reads until words stand on the terminal. */
static void typist_await(Typist *typist, const char *words)
{
        while (!strstr(typist->seen->str, words)) {
                struct pollfd ready = {typist->terminal, POLLIN, 0};
                char bytes[256];
                ssize_t n;

                g_assert_cmpint(poll(&ready, 1, 20000), ==, 1);
                n = read(typist->terminal, bytes, sizeof(bytes));
                g_assert_cmpint(n, >, 0);
                g_string_append_len(typist->seen, bytes, n);
        }
}

static gboolean typist_has_echo(const Typist *typist)
{
        struct termios settings;

        g_assert_cmpint(tcgetattr(typist->terminal, &settings), ==, 0);
        return (settings.c_lflag & ECHO) != 0;
}

static void typist_type(Typist *typist, const char *words)
{
        g_assert_cmpint(write(typist->terminal, words, strlen(words)), ==, (ssize_t)strlen(words));
}

static int typist_deinit(Typist *typist)
{
        int status;

        g_assert_cmpint(waitpid(typist->child, &status, 0), ==, typist->child);
        close(typist->terminal);
        g_string_free(typist->seen, TRUE);
        return status;
}

static void assert_answer(int status, TerminalAnswer answer)
{
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, (int)answer);
}

static void test_secret(void)
{
        Typist typist;

        typist_init(&typist, answer_secret);
        typist_await(&typist, "Password: ");
        g_assert_false(typist_has_echo(&typist));
        typist_type(&typist, "s3cret words\n");
        typist_await(&typist, "[s3cret words]");
        g_assert_true(typist_has_echo(&typist));
        /* Once, as the child's answer: it was not echoed before. */
        g_assert_true(strstr(typist.seen->str, "s3cret") == g_strrstr(typist.seen->str, "s3cret"));
        assert_answer(typist_deinit(&typist), TERMINAL_OK);
}

static void test_interrupt(void)
{
        Typist typist;

        typist_init(&typist, answer_secret);
        typist_await(&typist, "Password: ");
        typist_type(&typist, "half\003");
        typist_await(&typist, "\n");
        assert_answer(typist_deinit(&typist), TERMINAL_INTERRUPTED);

        typist_init(&typist, answer_secret);
        typist_await(&typist, "Password: ");
        typist_type(&typist, "\004");
        typist_await(&typist, "\n");
        assert_answer(typist_deinit(&typist), TERMINAL_INTERRUPTED);
}

/* A signal that ends the process does so, after the terminal has its echo back. */
static void test_terminate(void)
{
        Typist typist;

        typist_init(&typist, answer_secret);
        typist_await(&typist, "Password: ");
        g_assert_cmpint(kill(typist.child, SIGTERM), ==, 0);
        typist_await(&typist, "\n");

        int status;

        g_assert_cmpint(waitpid(typist.child, &status, 0), ==, typist.child);
        g_assert_true(WIFSIGNALED(status));
        g_assert_cmpint(WTERMSIG(status), ==, SIGTERM);
        g_assert_true(typist_has_echo(&typist));
        close(typist.terminal);
        g_string_free(typist.seen, TRUE);
}

/* Ctrl-Z gives the shell a terminal that echoes; afterwards the question is asked again. */
static void test_stop(void)
{
        Typist typist;
        int status;

        typist_init(&typist, answer_secret);
        typist_await(&typist, "Password: ");
        g_assert_cmpint(kill(typist.child, SIGTSTP), ==, 0);
        g_assert_cmpint(waitpid(typist.child, &status, WUNTRACED), ==, typist.child);
        g_assert_true(WIFSTOPPED(status));
        g_assert_true(typist_has_echo(&typist));
        g_string_truncate(typist.seen, 0);
        g_assert_cmpint(kill(typist.child, SIGCONT), ==, 0);
        typist_await(&typist, "Password: ");
        g_assert_false(typist_has_echo(&typist));
        typist_type(&typist, "later\n");
        typist_await(&typist, "[later]");
        assert_answer(typist_deinit(&typist), TERMINAL_OK);
}

static void test_too_long(void)
{
        Typist typist;
        g_autofree char *longest = g_strnfill(CLIENT_SECRET_MAX + 100, 'x');

        typist_init(&typist, answer_secret);
        typist_await(&typist, "Password: ");
        typist_type(&typist, longest);
        typist_type(&typist, "\n");
        typist_await(&typist, "\n");
        assert_answer(typist_deinit(&typist), TERMINAL_TOO_LONG);
}

static void test_confirm(void)
{
        static const struct {
                const char *typed, *answer;
        } cases[] = {{"yes\n", "[agreed]"},
                     {"y\n", "[declined]"},
                     {"\n", "[declined]"},
                     {"no\n", "[declined]"},
                     {"yes please\n", "[declined]"}};

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Typist typist;

                typist_init(&typist, answer_confirm);
                typist_await(&typist, "Sure? ");
                g_assert_true(typist_has_echo(&typist));
                typist_type(&typist, cases[i].typed);
                typist_await(&typist, cases[i].answer);
                assert_answer(typist_deinit(&typist), TERMINAL_OK);
        }
}

static void test_none(void)
{
        pid_t child = fork();
        int status;

        if (child == 0) {
                setsid(); /* away from any terminal */
                answer_secret();
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        assert_answer(status, TERMINAL_NONE);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/terminal/secret", test_secret);
        g_test_add_func("/terminal/interrupt", test_interrupt);
        g_test_add_func("/terminal/terminate", test_terminate);
        g_test_add_func("/terminal/stop", test_stop);
        g_test_add_func("/terminal/too-long", test_too_long);
        g_test_add_func("/terminal/confirm", test_confirm);
        g_test_add_func("/terminal/none", test_none);
        return g_test_run();
}
