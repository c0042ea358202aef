/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/password-call.h"

#include <errno.h>
#include <glib.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/cleanup.h"
#include "daemon/fd-reader.h"

enum { PASSWORDS_MAX = 2 };

typedef struct PasswordCall PasswordCall;

struct PasswordCall {
        Bus *bus;
        BusCall *call;
        FdReader *reader; /* NULL: everything is read */
        int fds[PASSWORDS_MAX]; /* the message's */
        Password *passwords[PASSWORDS_MAX];
        unsigned count, have;
        AccountDeletionRequest deletion;
        int (*then)(PasswordCall *p); /* takes the passwords; 0, a Problem, or negative errno */
};

static void password_call_free(PasswordCall *p)
{
        if (!p)
                return;
        p->bus->password_calls = g_list_remove(p->bus->password_calls, p);
        fd_reader_free(p->reader);
        for (unsigned i = 0; i < PASSWORDS_MAX; i++)
                password_free(p->passwords[i]);
        bus_call_free(p->call);
        g_free(p);
}

static void password_call_freep(PasswordCall **p)
{
        password_call_free(*p);
}

void password_call_free_all(Bus *bus)
{
        while (bus->password_calls)
                password_call_free(bus->password_calls->data);
}

static void finish(PasswordCall *p, int result)
{
        p->call = bus_call_finish(p->call, result);
        password_call_free(p);
}

/* What is read is for nobody any more. What is being done goes on, and ends unheard. */
static void on_gone(void *userdata)
{
        PasswordCall *p = userdata;

        if (p->reader)
                password_call_free(p);
}

static void on_done(void *userdata, const AccountResult *result)
{
        PasswordCall *p = userdata;

        bus_reply_account_result(bus_call_message(p->call), result);
        password_call_free(p);
}

static int read_next(PasswordCall *p);

static void on_read(void *userdata, int result, const uint8_t *data, size_t size)
{
        PasswordCall *p = userdata;
        int r = result;

        p->reader = NULL; /* frees itself */
        if (r > 0)
                r = r == FD_READER_NOT_A_FILE ? PROBLEM_INVALID_ARGUMENT : PROBLEM_BAD_PASSWORD;
        if (r == 0) {
                p->passwords[p->have] = password_new(data, size);
                if (!p->passwords[p->have++])
                        r = size > PASSWORD_MAX ? (int)PROBLEM_BAD_PASSWORD : -ENOMEM;
        }
        if (r == 0)
                r = p->have < p->count ? read_next(p) : p->then(p);
        if (r != 0)
                finish(p, r);
}

static int read_next(PasswordCall *p)
{
        /* One more than a password may have: the line feed at its end. */
        return fd_reader_new(p->fds[p->have], PASSWORD_MAX + 1, on_read, p, &p->reader);
}

static int begin(Bus *bus, sd_bus_message *m, const int *fds, unsigned count,
                 int (*then)(PasswordCall *p), PasswordCall **out)
{
        _cleanup_(password_call_freep) PasswordCall *p = g_new0(PasswordCall, 1);
        int r, locked;

        p->bus = bus;
        bus->password_calls = g_list_prepend(bus->password_calls, p);
        p->count = count;
        for (unsigned i = 0; i < count; i++)
                p->fds[i] = fds[i];
        p->then = then;
        if (!bus_messenger(bus, &locked))
                return locked;
        r = bus_call_new(bus->calls, m, &p->call);
        if (r == 0)
                r = read_next(p);
        if (r != 0)
                return r;
        bus_call_set_gone(p->call, on_gone, p);
        *out = g_steal_pointer(&p);
        return 0;
}

static int change(PasswordCall *p)
{
        return account_change_password(p->bus->account, g_steal_pointer(&p->passwords[0]),
                                       g_steal_pointer(&p->passwords[1]), on_done, p);
}

int password_call_change(Bus *bus, sd_bus_message *m, int old, int new)
{
        const int fds[] = {old, new};
        PasswordCall *p;
        int r;

        r = begin(bus, m, fds, G_N_ELEMENTS(fds), change, &p);
        return r == 0 ? 1 : bus_reply_error(m, r);
}

static int delete(PasswordCall *p)
{
        return account_delete(p->bus->account, &p->deletion, g_steal_pointer(&p->passwords[0]), on_done, p);
}

int password_call_delete(Bus *bus, sd_bus_message *m, int password, const AccountDeletionRequest *request)
{
        PasswordCall *p = NULL;
        int r;

        r = begin(bus, m, &password, 1, delete, &p);
        if (!p)
                return bus_reply_error(m, r);
        p->deletion = *request;
        return 1;
}

int account_call(Bus *bus, sd_bus_message *m, int (*act)(Account *account, AccountDone done, void *userdata))
{
        _cleanup_(password_call_freep) PasswordCall *p = NULL;
        int r;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        p = g_new0(PasswordCall, 1);
        p->bus = bus;
        bus->password_calls = g_list_prepend(bus->password_calls, p);
        r = bus_call_new(bus->calls, m, &p->call);
        if (r == 0) {
                bus_call_set_gone(p->call, on_gone, p);
                r = act(bus->account, on_done, p);
        }
        if (r != 0)
                return bus_reply_error(m, r);
        p = NULL; /* until it is done */
        return 1;
}
