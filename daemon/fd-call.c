/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/fd-call.h"

#include <errno.h>
#include <glib.h>
#include <libintl.h>
#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/cleanup.h"
#include "daemon/fd-reader.h"

#define _(text) gettext(text)

/* One call, from its first byte to its answer. The strings belong to the call's message. */
typedef struct FdCall {
        Bus *bus;
        BusCall *call;
        FdReader *reader; /* NULL: everything is read */
        RegistrationRequest request;
        bool remember;
        unsigned locks; /* to unlock: account_locks() at the call */
        Password *password;
        char *invitation;
        int invitation_fd; /* the message's; -1: none */
        SendRequest send;
        FdCallText then;
} FdCall;

static void fd_call_free(FdCall *f)
{
        if (!f)
                return;
        f->bus->fd_calls = g_list_remove(f->bus->fd_calls, f);
        fd_reader_free(f->reader);
        password_free(f->password);
        if (f->invitation)
                explicit_bzero(f->invitation, strlen(f->invitation));
        g_free(f->invitation);
        bus_call_free(f->call);
        g_free(f);
}

static void fd_call_freep(FdCall **f)
{
        fd_call_free(*f);
}

void fd_call_free_all(Bus *bus)
{
        while (bus->fd_calls)
                fd_call_free(bus->fd_calls->data);
}

static void finish(FdCall *f, int result)
{
        f->call = bus_call_finish(f->call, result);
        fd_call_free(f);
}

/* What is read is for nobody any more. What is being done with the account goes on, and ends unheard. */
static void on_gone(void *userdata)
{
        FdCall *f = userdata;

        if (f->reader)
                fd_call_free(f);
}

static int begin(Bus *bus, sd_bus_message *m, int fd, size_t limit, FdReaderDone done, FdCall **out)
{
        _cleanup_(fd_call_freep) FdCall *f = g_new0(FdCall, 1);
        int r;

        f->bus = bus;
        bus->fd_calls = g_list_prepend(bus->fd_calls, f);
        f->invitation_fd = -1;
        r = bus_call_new(bus->calls, m, &f->call);
        if (r == 0)
                r = fd_reader_new(fd, limit, done, f, &f->reader);
        if (r != 0)
                return r;
        bus_call_set_gone(f->call, on_gone, f);
        *out = g_steal_pointer(&f);
        return 0;
}

static int password_problem(int result)
{
        if (result == FD_READER_NOT_A_FILE)
                return PROBLEM_INVALID_ARGUMENT;
        return result > 0 ? PROBLEM_BAD_PASSWORD : result;
}

static void on_account_done(void *userdata, const AccountResult *result)
{
        FdCall *f = userdata;

        bus_reply_account_result(bus_call_message(f->call), result);
        fd_call_free(f);
}

/* ---- Unlock ---- */

static void on_unlock_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        FdCall *f = userdata;
        Password *password;

        f->reader = NULL; /* frees itself */
        if (result != 0) {
                finish(f, password_problem(result));
                return;
        }
        if (f->locks != account_locks(f->bus->account)) {
                finish(f, PROBLEM_LOCKED);
                return;
        }
        password = password_new(data, size);
        if (!password) {
                finish(f, size > PASSWORD_MAX ? PROBLEM_BAD_PASSWORD : -ENOMEM);
                return;
        }
        result = account_unlock(f->bus->account, password, f->remember, on_account_done, f);
        if (result != 0)
                finish(f, result);
}

int fd_call_unlock(Bus *bus, sd_bus_message *m, int password, bool remember)
{
        FdCall *f;
        int r;

        /* One more than a password may have: the line feed at its end. */
        r = begin(bus, m, password, PASSWORD_MAX + 1, on_unlock_read, &f);
        if (r != 0)
                return bus_reply_error(m, r);
        f->remember = remember;
        f->locks = account_locks(bus->account);
        return 1;
}

/* ---- Register and Login ---- */

static void sign_up(FdCall *f)
{
        int r;

        f->request.invitation = f->invitation;
        r = account_register(f->bus->account, &f->request, g_steal_pointer(&f->password), on_account_done,
                             f);
        if (r == PROBLEM_INVALID_ARGUMENT) {
                bus_reply_error_text(bus_call_message(f->call), r,
                                     _("The server or its pin is malformed. A server is wss://HOST[:PORT], a pin is sha256: and 64 "
                                       "hexadecimal digits."));
                fd_call_free(f);
        } else if (r != 0) {
                finish(f, r);
        }
}

static void on_invitation_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        FdCall *f = userdata;

        f->reader = NULL;
        if (size > 0 && data[size - 1] == '\n')
                size--;
        if (result == FD_READER_NOT_A_FILE)
                result = PROBLEM_INVALID_ARGUMENT;
        else if (result > 0 || (result == 0 && !g_utf8_validate_len((const char *)data, size, NULL)))
                result = PROBLEM_BAD_INVITATION;
        if (result != 0) {
                finish(f, result);
                return;
        }
        f->invitation = g_strndup((const char *)data, size);
        sign_up(f);
}

static void on_password_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        FdCall *f = userdata;

        f->reader = NULL;
        if (result == 0) {
                f->password = password_new(data, size);
                if (!f->password)
                        result = size > PASSWORD_MAX ? PROBLEM_BAD_PASSWORD : -ENOMEM;
        } else {
                result = password_problem(result);
        }
        if (result == 0 && f->invitation_fd >= 0)
                result = fd_reader_new(f->invitation_fd, WIRE_INVITATION_TOKEN_MAX + 1, on_invitation_read,
                                       f, &f->reader);
        if (result != 0)
                finish(f, result);
        else if (!f->reader)
                sign_up(f);
}

int fd_call_sign_up(Bus *bus, sd_bus_message *m, const RegistrationRequest *request, int password,
                    int invitation)
{
        FdCall *f;
        int r;

        r = begin(bus, m, password, PASSWORD_MAX + 1, on_password_read, &f);
        if (r != 0)
                return bus_reply_error(m, r);
        f->request = *request;
        f->invitation_fd = invitation;
        return 1;
}

/* ---- SendFile ---- */

static void on_text_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        FdCall *f = userdata;

        f->reader = NULL;
        if (result != 0) {
                finish(f, result == FD_READER_TOO_LONG ? (int)PROBLEM_TEXT_TOO_LONG
                          : result > 0                 ? (int)PROBLEM_INVALID_ARGUMENT
                                                       : result);
                return;
        }
        bus_call_set_gone(f->call, NULL, NULL);
        f->then(f->bus, g_steal_pointer(&f->call), &f->send, (const char *)data, size);
        fd_call_free(f);
}

int fd_call_text(Bus *bus, sd_bus_message *m, const SendRequest *request, int text, FdCallText then)
{
        FdCall *f;
        int r;

        r = begin(bus, m, text, CONTENT_TEXT_MAX, on_text_read, &f);
        if (r != 0)
                return bus_reply_error(m, r);
        f->send = *request;
        f->then = then;
        return 1;
}
