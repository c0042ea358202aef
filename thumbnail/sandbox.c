/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnail/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
        MEMORY_MAX = 256 * 1024 * 1024, /* libraries and stack are in it */
        CPU_SECONDS = 4,
        FIRST_OTHER_FD = 3,
};

static bool limit(int resource, rlim_t value)
{
        const struct rlimit l = {value, value};

        return setrlimit((__rlimit_resource_t)resource, &l) == 0;
}

static bool limit_resources(void)
{
        return limit(RLIMIT_AS, MEMORY_MAX) && limit(RLIMIT_CPU, CPU_SECONDS) && limit(RLIMIT_CORE, 0) &&
               limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, FIRST_OTHER_FD);
}

/* What memory allocation, the two descriptors and an end need. Everything else ends the process. */
static bool limit_calls(void)
{
        static const int allowed[] = {
                        SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(brk),        SCMP_SYS(munmap),
                        SCMP_SYS(mremap),  SCMP_SYS(madvise), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
        };
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
        bool all = filter != NULL;

        for (size_t i = 0; all && i < sizeof(allowed) / sizeof(allowed[0]); i++)
                all = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
        /* Memory to read and write; never memory to run, never a file. */
        all = all && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                      SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) == 0;
        all = all && seccomp_load(filter) == 0;
        seccomp_release(filter);
        return all;
}

bool sandbox_enter(void)
{
        if (close_range(FIRST_OTHER_FD, ~0U, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return false;
        return limit_resources() && limit_calls();
}
